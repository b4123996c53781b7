package org.unmute.cli.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.benchmark.protocol.CellCost;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.Name;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.benchmark.results.Score;
import org.unmute.benchmark.run.BenchmarkOutcome;
import org.unmute.benchmark.run.BenchmarkPlan;
import org.unmute.metrics.Retrieval;

/** Prints the plan and the results of {@code benchmark} as tables. */
public final class BenchmarkTables {
    private BenchmarkTables() {}

    /** Prints the trainings of each unfinished cell, then the plan in a few lines. */
    public static void print(BenchmarkPlan plan, int finished, PrintWriter out) {
        ConsoleTable t = new ConsoleTable("cell", "trainings", "epochs", "at most");
        for (CellCost c : plan.costs()) {
            t.row(c.cell().toString(), c.trainings(), c.expectedEpochs(), c.mostEpochs());
        }
        t.print(out);
        out.println();
        plan.lines(finished).forEach(out::println);
    }

    /**
     * Prints one table per data set, then the failed and unfinished cells.
     *
     * @param advice how to continue if cells are not finished
     */
    public static void print(BenchmarkOutcome results, String advice, PrintWriter out) throws IOException {
        Map<String, ConsoleTable> tables = new LinkedHashMap<>();
        List<FinishedCell> finished = results.finished();
        List<Name> timed = finished.stream()
                .filter(c -> !c.events().isEmpty())
                .map(FinishedCell::dataset)
                .toList();
        List<Name> boxed = finished.stream()
                .filter(FinishedCell::ofBoxes)
                .map(FinishedCell::dataset)
                .toList();
        for (FinishedCell cell : finished) {
            boolean events = timed.contains(cell.dataset());
            boolean boxes = boxed.contains(cell.dataset());
            ConsoleTable table = tables.computeIfAbsent(
                    cell.dataset().title() + ": " + cell.metric() + " in %, mean ± sd over "
                            + cell.seeds().size() + " seeds",
                    _ -> new ConsoleTable(headings(events, boxes)));
            List<Object> row = new ArrayList<>(List.of(
                    cell.encoder().title(),
                    cell.folder().getFileName().toString(),
                    cell.parameters(),
                    score(cell.validation()),
                    score(cell.test())));
            if (events) {
                row.add(score(cell.events().getOrDefault("event_f1_macro", Score.of())));
                row.add(score(cell.events().getOrDefault("segment_f1_macro", Score.of())));
            }
            if (boxes) {
                row.add(score(cell.events().getOrDefault("box_0.3_f1_macro", Score.of())));
            }
            row.add(Double.isNaN(cell.clipsPerSecond()) ? null : Math.round(cell.clipsPerSecond()));
            table.row(row.toArray());
        }
        tables.forEach((title, table) -> {
            out.println();
            out.println(title);
            out.println();
            table.print(out);
        });
        printRetrieval(results.retrieval(), out);
        results.failed().forEach((id, reason) -> out.println("failed: " + id + ": " + reason));
        List<String> open = results.unfinished();
        if (!open.isEmpty()) {
            out.println(open.size() + (open.size() == 1 ? " cell is" : " cells are") + " not finished, the first: "
                    + open.getFirst() + "; " + advice);
        }
    }

    private static String[] headings(boolean events, boolean boxes) {
        List<String> all = new ArrayList<>(List.of("encoder", "probe", "parameters", "validation", "test"));
        if (events) {
            all.addAll(List.of("event F1", "segment F1"));
        }
        if (boxes) {
            all.add("box F1, IoU 0.3");
        }
        all.add("clips/s");
        return all.toArray(String[]::new);
    }

    private static void printRetrieval(List<RetrievalFile> all, PrintWriter out) {
        if (all.isEmpty()) {
            return;
        }
        int k = all.getFirst().retrieval().k();
        ConsoleTable table = new ConsoleTable(
                "data", "encoder", "clips", "mAP", "precision at " + k, "class mAP", "class precision at " + k);
        for (RetrievalFile one : all) {
            Retrieval r = one.retrieval();
            table.row(
                    one.dataset().title(),
                    one.encoder().title(),
                    one.clips(),
                    100 * r.meanAveragePrecision(),
                    100 * r.precisionAtK(),
                    100 * r.classMeanAveragePrecision(),
                    100 * r.classPrecisionAtK());
        }
        out.println();
        out.println("Retrieval of test clips by mean tokens, without training, in %");
        out.println();
        table.decimals(2).print(out);
    }

    private static String score(Score score) {
        return !score.defined()
                ? "-"
                : String.format(Locale.ROOT, "%.2f", 100 * score.mean())
                        + (Double.isNaN(score.sd()) ? "" : String.format(Locale.ROOT, " ± %.2f", 100 * score.sd()));
    }
}
