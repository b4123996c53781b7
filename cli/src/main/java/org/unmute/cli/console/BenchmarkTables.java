package org.unmute.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.benchmark.protocol.CellCost;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.benchmark.run.BenchmarkResults;

/** Prints the plan and the results of {@code benchmark} as tables. */
public final class BenchmarkTables {
    private BenchmarkTables() {}

    /** Prints the cost of each unfinished cell, then the plan in a few lines. */
    public static void print(BenchmarkPlan plan, int finished, PrintWriter out) {
        ConsoleTable t = new ConsoleTable("cell", "trainings", "epochs", "at most", "minutes on one core").decimals(1);
        for (CellCost c : plan.costs()) {
            t.row(c.cell().toString(), c.trainings(), c.epochs(), c.mostEpochs(), plan.secondsLeft(c.cell()) / 60);
        }
        t.print(out);
        out.println();
        plan.lines(finished).forEach(out::println);
    }

    /**
     * Prints one table per data set, then the failed and unfinished cells.
     *
     * @param advice how to go on if cells are not finished
     */
    public static void print(BenchmarkResults results, String advice, PrintWriter out) throws IOException {
        Map<String, ConsoleTable> tables = new LinkedHashMap<>();
        for (Map.Entry<CellId, JsonNode> e : results.finished().entrySet()) {
            CellId cell = e.getKey();
            JsonNode json = e.getValue();
            String metric = json.path("metric").asText();
            ConsoleTable table = tables.computeIfAbsent(
                    json.path("datasetTitle").asText(cell.dataset()) + ": " + metric + " in %, mean ± sd over "
                            + json.path("seeds").size() + " seeds",
                    _ -> new ConsoleTable("encoder", "probe", "parameters", "validation", "test", "clips/s"));
            table.row(
                    json.path("encoderTitle").asText(cell.encoder()),
                    cell.probe(),
                    json.path("parameters").asLong(),
                    score(json, "validation"),
                    score(json, "test"),
                    json.path("clipsPerSecond").isNull()
                            ? null
                            : Math.round(json.path("clipsPerSecond").asDouble()));
        }
        tables.forEach((title, table) -> {
            out.println();
            out.println(title);
            out.println();
            table.print(out);
        });
        results.failed().forEach((id, reason) -> out.println("failed: " + id + ": " + reason));
        List<String> open = results.unfinished();
        if (!open.isEmpty()) {
            out.println(open.size() + (open.size() == 1 ? " cell is" : " cells are") + " not finished, the first: "
                    + open.getFirst() + "; " + advice);
        }
    }

    private static String score(JsonNode json, String part) {
        JsonNode mean = json.path(part + "Mean");
        JsonNode sd = json.path(part + "Sd");
        if (mean.isNull()) {
            return "-";
        }
        return String.format(Locale.ROOT, "%.2f", 100 * mean.asDouble())
                + (sd.isNull() ? "" : String.format(Locale.ROOT, " ± %.2f", 100 * sd.asDouble()));
    }
}
