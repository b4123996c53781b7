package org.unmute.cli.score;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.CsvWriter;
import org.unmute.files.PlainText;
import org.unmute.metrics.ConfusionMatrix;

/**
 * A confusion matrix for a terminal, as CSV and as JSON: rows are true classes, columns predicted ones. Counts of
 * several seeds are summed.
 */
public final class ConfusionText {
    /** With more classes, only the most confused pairs are printed. */
    private static final int MAX_CLASSES = 12;

    private static final int MAX_WIDTH = 110;
    private static final int PAIRS = 10;

    private final List<String> classes;
    private final long[][] counts;
    private final int seeds;

    /**
     * Sums matrices.
     *
     * @param classes  class names, in the order of the matrices
     * @param matrices one per seed, at least one
     */
    public ConfusionText(List<String> classes, List<ConfusionMatrix> matrices) {
        this.classes = List.copyOf(classes);
        counts = new long[classes.size()][classes.size()];
        seeds = matrices.size();
        for (ConfusionMatrix m : matrices) {
            for (int t = 0; t < counts.length; t++) {
                for (int p = 0; p < counts.length; p++) {
                    counts[t][p] += m.count(t, p);
                }
            }
        }
    }

    /** The clips of one class that were predicted as another. */
    private record Pair(int truth, int predicted, long clips, long of) {}

    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (int t = 0; t < counts.length; t++) {
            long all = 0;
            for (long n : counts[t]) {
                all += n;
            }
            for (int p = 0; p < counts.length; p++) {
                if (p != t && counts[t][p] > 0) {
                    pairs.add(new Pair(t, p, counts[t][p], all));
                }
            }
        }
        pairs.sort(Comparator.comparingLong(Pair::clips).reversed());
        return pairs;
    }

    /** Prints the matrix or, if there are many classes, the most confused pairs. */
    public void print(PrintWriter o) {
        o.println("confusion" + (seeds > 1 ? ", the counts of " + seeds + " seeds together" : "") + ":");
        ConsoleTable whole = whole();
        List<Pair> pairs = pairs();
        if (pairs.isEmpty()) {
            o.println("every clip has its class as the best-scored one");
        } else if (classes.size() <= MAX_CLASSES && whole.text().indexOf('\n') <= MAX_WIDTH) {
            whole.print(o);
        } else {
            ConsoleTable table = new ConsoleTable("true", "predicted", "clips", "of", "share");
            for (Pair p : pairs.subList(0, Math.min(PAIRS, pairs.size()))) {
                table.row(
                        classes.get(p.truth()),
                        classes.get(p.predicted()),
                        p.clips(),
                        p.of(),
                        (double) p.clips() / p.of());
            }
            table.print(o);
            if (pairs.size() > PAIRS) {
                long more = pairs.stream().skip(PAIRS).mapToLong(Pair::clips).sum();
                o.println("and " + (pairs.size() - PAIRS) + " pairs with " + more
                        + " clips; --confusion FILE writes all");
            }
        }
    }

    private ConsoleTable whole() {
        List<String> headings = new ArrayList<>(List.of("true \\ predicted"));
        headings.addAll(classes);
        ConsoleTable table = new ConsoleTable(headings.toArray(String[]::new));
        for (int t = 0; t < counts.length; t++) {
            table.row(row(t));
        }
        return table;
    }

    private Object[] row(int truth) {
        Object[] cells = new Object[counts.length + 1];
        cells[0] = classes.get(truth);
        for (int p = 0; p < counts.length; p++) {
            cells[p + 1] = counts[truth][p];
        }
        return cells;
    }

    /**
     * Writes a CSV: the first row holds {@code true} and the predicted classes, each further row a true class and its
     * counts.
     *
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        List<String> columns = new ArrayList<>(List.of("true"));
        classes.forEach(c -> columns.add(PlainText.of(c)));
        CsvWriter table = new CsvWriter(columns.toArray(String[]::new));
        for (int t = 0; t < counts.length; t++) {
            Object[] cells = row(t);
            cells[0] = PlainText.of(classes.get(t));
            table.row(cells);
        }
        table.write(file);
    }

    /** The matrix for JSON: {@code classes}, and {@code counts} with a row for each true class. */
    public record Document(List<String> classes, long[][] counts) {}

    /** See {@link Document}. */
    public Document document() {
        return new Document(classes, counts);
    }
}
