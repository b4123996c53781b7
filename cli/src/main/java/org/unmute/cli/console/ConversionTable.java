package org.unmute.cli.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.convert.ConversionReport;
import org.unmute.convert.ConversionReport.Fate;
import org.unmute.convert.ConversionReport.Line;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;
import org.unmute.models.checkpoint.KeyMap;

/** Shows the report of a conversion as a table: kept, renamed, dropped and missing tensors. */
public final class ConversionTable {
    /** Minimum number of rows at which tensors dropped for the same reason are merged into one row. */
    private static final int MANY = 4;

    /** Maximum number of flaws and opaque objects that are named. */
    private static final int SHOWN = 5;

    private ConversionTable() {}

    /** @param all whether every tensor has its own row */
    public static ConsoleTable of(ConversionReport report, boolean all) {
        ConsoleTable table =
                new ConsoleTable("fate", "tensor in the file", "becomes, or why not", "shape", "type", "count");
        for (Fate fate : List.of(Fate.KEPT, Fate.RENAMED)) {
            for (SeriesFold.Group<Line> group : fold(lines(report, fate), all)) {
                List<String> names = group.items().stream().map(Line::to).toList();
                row(table, group.name(), fate == Fate.KEPT ? "the same" : SeriesFold.name(names), group.items());
            }
        }
        dropped(lines(report, Fate.DROPPED), all, table);
        SeriesFold.fold(report.match().missing(), m -> m, m -> all ? m : "")
                .forEach(g -> table.row(
                        "MISSING", null, g.name(), null, null, g.items().size()));
        return table;
    }

    private static List<Line> lines(ConversionReport report, Fate fate) {
        return report.tensors().stream().filter(t -> t.fate() == fate).toList();
    }

    private static List<SeriesFold.Group<Line>> fold(List<Line> lines, boolean all) {
        return SeriesFold.fold(
                lines,
                Line::from,
                t -> all ? t : List.of(t.shape(), t.type(), t.to() == null ? t.reason() : SeriesFold.pattern(t.to())));
    }

    /** Adds a row of tensors with the fate, shape and type of the first. */
    private static void row(ConsoleTable table, String name, String becomes, List<Line> lines) {
        Line first = lines.getFirst();
        table.row(word(first.fate()), name, becomes, first.shape(), first.type(), lines.size());
    }

    private static void dropped(List<Line> lines, boolean all, ConsoleTable table) {
        Map<List<String>, List<SeriesFold.Group<Line>>> byReason = new LinkedHashMap<>();
        for (SeriesFold.Group<Line> group : fold(lines, all)) {
            Line first = group.items().getFirst();
            byReason.computeIfAbsent(List.of(first.reason(), first.from().split("\\.", 2)[0]), _ -> new ArrayList<>())
                    .add(group);
        }
        byReason.forEach((reason, groups) -> {
            List<Line> own = groups.stream().flatMap(g -> g.items().stream()).toList();
            String beginning = beginning(own.stream().map(Line::from).toList());
            if (!all && groups.size() >= MANY && !beginning.isEmpty()) {
                table.row(word(Fate.DROPPED), beginning + "*", reason.getFirst(), null, same(own), own.size());
            } else {
                groups.forEach(g -> row(table, g.name(), reason.getFirst(), g.items()));
            }
        });
    }

    private static Object same(List<Line> lines) {
        return lines.stream().map(Line::type).distinct().count() == 1
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

    /** The report as JSON, with every tensor. */
    public static ObjectNode document(ConversionReport report) {
        return Json.object()
                .put("source", report.source().toString())
                .put("container", report.container())
                .put("bytes", report.bytes())
                .put("sha256", report.sha256())
                .put("encoder", report.encoder())
                .put("recognizedBy", word(report.recognizedBy()))
                .putPOJO("alsoFits", report.alsoFits())
                .put("naming", report.match().keyMap().name())
                .put("prefix", report.match().prefix())
                .put("parameters", report.parameters())
                .put("kept", report.count(Fate.KEPT))
                .put("renamed", report.count(Fate.RENAMED))
                .put("dropped", report.count(Fate.DROPPED))
                .putPOJO("missing", report.match().missing())
                .putPOJO("flaws", report.flaws())
                .putPOJO("opaque", report.opaque())
                .putPOJO("tensors", report.tensors().stream().map(Tensor::of).toList());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** A tensor in the JSON document. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Tensor(String fate, String from, String to, String reason, long[] shape, String type) {
        static Tensor of(Line line) {
            return new Tensor(
                    word(line.fate()),
                    line.from(),
                    line.to(),
                    line.reason(),
                    line.shape().toArray(),
                    line.type().name());
        }
    }

    /**
     * Prints the table and what is known of the file.
     *
     * @param all whether every tensor has its own row
     */
    public static void print(ConversionReport report, boolean all, PrintWriter o) {
        of(report, all).print(o);
        o.println();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("encoder", report.encoder() + ", " + recognized(report));
        if (!report.alsoFits().isEmpty()) {
            facts.put(
                    "or",
                    String.join(" or ", report.alsoFits())
                            + ", whose tensors have the same names: if it is that, say --model NAME");
        }
        facts.put("file", report.container() + ", " + Units.bytes(report.bytes()));
        facts.put("SHA-256", report.sha256());
        facts.put(
                "tensors",
                report.tensors().size() + " in the file: " + report.count(ConversionReport.Fate.KEPT) + " kept, "
                        + report.count(ConversionReport.Fate.RENAMED) + " renamed, "
                        + report.count(ConversionReport.Fate.DROPPED)
                        + " dropped; "
                        + report.match().missing().size() + " missing");
        facts.put(
                "parameters",
                String.format(
                        Locale.ROOT,
                        "%,d numbers in tensors that are taken, stored tables and a head included",
                        report.parameters()));
        if (!report.opaque().isEmpty()) {
            facts.put(
                    "opaque",
                    report.opaque().size() + " objects of classes that are not interpreted, left out: "
                            + some(report.opaque()));
        }
        if (!report.flaws().isEmpty()) {
            facts.put("flaws", some(report.flaws()));
        }
        ConsoleTable.printFacts(o, facts);
    }

    private static String some(List<String> all) {
        return String.join("; ", all.subList(0, Math.min(SHOWN, all.size()))) + (all.size() > SHOWN ? "; …" : "");
    }

    private static String recognized(ConversionReport report) {
        KeyMap map = report.match().keyMap();
        String prefix = report.match().prefix();
        return switch (report.recognizedBy()) {
                    case STATED -> "as --model says; ";
                    case METADATA -> "as the file's metadata say; ";
                    case TENSORS -> "recognised by its tensors " + String.join(", ", map.signature()) + "; ";
                }
                + "naming " + map.name()
                + (prefix.isEmpty() ? "" : " below '" + prefix.substring(0, prefix.length() - 1) + "'");
    }
}
