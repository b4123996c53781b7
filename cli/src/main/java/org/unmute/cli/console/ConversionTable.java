package org.unmute.cli.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.unmute.convert.ConversionReport;

/** The report of a conversion as a table: kept, renamed, dropped and missing tensors. */
public final class ConversionTable {
    /** With this many rows or more, tensors dropped for the same reason share a row. */
    private static final int MANY = 4;

    private ConversionTable() {}

    /** @param all whether every tensor has its own row */
    public static ConsoleTable of(ConversionReport report, boolean all) {
        ConsoleTable table =
                new ConsoleTable("fate", "tensor in the file", "becomes, or why not", "shape", "type", "count");
        for (ConversionReport.Fate fate : List.of(ConversionReport.Fate.KEPT, ConversionReport.Fate.RENAMED)) {
            List<ConversionReport.Line> lines =
                    report.tensors().stream().filter(t -> t.fate() == fate).toList();
            for (SeriesFold.Group<ConversionReport.Line> group : fold(lines, all)) {
                table.row(
                        word(fate),
                        group.name(),
                        fate == ConversionReport.Fate.KEPT
                                ? "the same"
                                : SeriesFold.name(group.items().stream()
                                        .map(ConversionReport.Line::to)
                                        .toList()),
                        group.items().getFirst().shape(),
                        group.items().getFirst().type(),
                        group.items().size());
            }
        }
        dropped(
                report.tensors().stream()
                        .filter(t -> t.fate() == ConversionReport.Fate.DROPPED)
                        .toList(),
                all,
                table);
        List<String> missing = report.match().missing();
        List<SeriesFold.Group<String>> groups = all
                ? missing.stream()
                        .map(m -> new SeriesFold.Group<>(m, List.of(m)))
                        .toList()
                : SeriesFold.fold(missing, m -> m, _ -> "");
        groups.forEach(
                g -> table.row("MISSING", null, g.name(), null, null, g.items().size()));
        return table;
    }

    private static List<SeriesFold.Group<ConversionReport.Line>> fold(List<ConversionReport.Line> lines, boolean all) {
        if (all) {
            return lines.stream()
                    .map(t -> new SeriesFold.Group<>(t.from(), List.of(t)))
                    .toList();
        }
        return SeriesFold.fold(
                lines,
                ConversionReport.Line::from,
                t -> List.of(t.shape(), t.type(), t.to() == null ? t.reason() : SeriesFold.pattern(t.to())));
    }

    private static void dropped(List<ConversionReport.Line> lines, boolean all, ConsoleTable table) {
        Map<List<String>, List<SeriesFold.Group<ConversionReport.Line>>> byReason = new LinkedHashMap<>();
        for (SeriesFold.Group<ConversionReport.Line> group : fold(lines, all)) {
            ConversionReport.Line first = group.items().getFirst();
            byReason.computeIfAbsent(List.of(first.reason(), first.from().split("\\.", 2)[0]), _ -> new ArrayList<>())
                    .add(group);
        }
        byReason.forEach((reason, groups) -> {
            List<ConversionReport.Line> own =
                    groups.stream().flatMap(g -> g.items().stream()).toList();
            String beginning =
                    beginning(own.stream().map(ConversionReport.Line::from).toList());
            if (!all && groups.size() >= MANY && !beginning.isEmpty()) {
                table.row(
                        word(ConversionReport.Fate.DROPPED),
                        beginning + "*",
                        reason.getFirst(),
                        null,
                        same(own),
                        own.size());
                return;
            }
            for (SeriesFold.Group<ConversionReport.Line> g : groups) {
                table.row(
                        word(ConversionReport.Fate.DROPPED),
                        g.name(),
                        reason.getFirst(),
                        g.items().getFirst().shape(),
                        g.items().getFirst().type(),
                        g.items().size());
            }
        });
    }

    private static Object same(List<ConversionReport.Line> lines) {
        return lines.stream().map(ConversionReport.Line::type).distinct().count() == 1
                ? lines.getFirst().type()
                : null;
    }

    /** The longest common prefix of the names that ends with a dot. */
    private static String beginning(List<String> names) {
        String common = names.getFirst();
        for (String name : names) {
            while (!name.startsWith(common)) {
                common = common.substring(0, common.length() - 1);
            }
        }
        return common.substring(0, common.lastIndexOf('.') + 1);
    }

    private static String word(ConversionReport.Fate fate) {
        return fate.name().toLowerCase(Locale.ROOT);
    }

    /** The report as JSON, with every tensor. */
    public static Map<String, Object> document(ConversionReport report) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("source", report.source().toString());
        document.put("container", report.container());
        document.put("bytes", report.bytes());
        document.put("sha256", report.sha256());
        document.put("encoder", report.encoder());
        document.put("recognizedBy", word(report.recognizedBy()));
        document.put("alsoFits", report.alsoFits());
        document.put("naming", report.match().keyMap().name());
        document.put("prefix", report.match().prefix());
        document.put("parameters", report.parameters());
        document.put("kept", report.count(ConversionReport.Fate.KEPT));
        document.put("renamed", report.count(ConversionReport.Fate.RENAMED));
        document.put("dropped", report.count(ConversionReport.Fate.DROPPED));
        document.put("missing", report.match().missing());
        document.put("flaws", report.flaws());
        document.put("opaque", report.opaque());
        document.put(
                "tensors",
                report.tensors().stream().map(ConversionTable::object).toList());
        return document;
    }

    private static String word(ConversionReport.RecognizedBy by) {
        return by.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> object(ConversionReport.Line line) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("fate", word(line.fate()));
        object.put("from", line.from());
        object.put("to", line.to());
        object.put("reason", line.reason());
        object.put("shape", line.shape().toArray());
        object.put("type", line.type().name());
        object.values().removeIf(Objects::isNull);
        return object;
    }
}
