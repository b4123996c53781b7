package org.unmute.cli.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.convert.ConversionReport;
import org.unmute.convert.ConversionReport.Fate;
import org.unmute.convert.ConversionReport.Line;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;
import org.unmute.models.checkpoint.KeyMap;

/** Shows the report of a conversion: what is known of the file, and what becomes of its tensors. */
public final class ConversionTable {
    /** Maximum number of flaws and opaque objects that are named. */
    private static final int SHOWN = 5;

    private ConversionTable() {}

    /** A row for each tensor. */
    private static ConsoleTable tensors(ConversionReport report) {
        ConsoleTable table = new ConsoleTable("fate", "tensor in the file", "becomes, or why not", "shape", "type");
        for (Line line : report.tensors()) {
            String becomes = line.fate() == Fate.KEPT ? "the same" : line.to() != null ? line.to() : line.reason();
            table.row(word(line.fate()), line.from(), becomes, line.shape(), line.type());
        }
        report.match().missing().forEach(name -> table.row("MISSING", null, name, null, null));
        return table;
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
     * Prints what is known of the file, and how many tensors are kept, renamed, dropped and missing.
     *
     * @param all whether a table of all tensors comes first
     */
    public static void print(ConversionReport report, boolean all, PrintWriter o) {
        if (all) {
            tensors(report).print(o);
            o.println();
        }
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
        Map<String, Integer> reasons = new TreeMap<>();
        report.tensors().stream()
                .filter(line -> line.fate() == Fate.DROPPED)
                .forEach(line -> reasons.merge(line.reason(), 1, Integer::sum));
        reasons.forEach((reason, count) -> facts.merge("dropped", count + ": " + reason, (a, b) -> a + "; " + b));
        if (!report.complete()) {
            facts.put("MISSING", some(report.match().missing()));
        }
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
