package org.unmute.cli.console;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.ClipIntervals.Standing;
import org.unmute.benchmark.results.Column;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.Score;
import org.unmute.report.benchmark.ReportFolder;

/** The table of scores that {@code report} prints: a row for each data set and encoder, a column for each probe. */
public final class ReportTable {
    private ReportTable() {}

    /** The table, with the marks that {@link #legend} explains. */
    public static ConsoleTable of(ComparedRuns results, ClipIntervals intervals) {
        List<String> headings = new ArrayList<>(List.of("data set", "encoder"));
        results.columns().forEach(c -> headings.add(c.label()));
        ConsoleTable table = new ConsoleTable(headings.toArray(String[]::new));
        for (Setting s : results.settings()) {
            List<Optional<Entry>> entries = new ArrayList<>();
            for (Column c : results.columns()) {
                entries.add(results.find(s.encoder(), s.dataset(), c));
            }
            List<Standing> standings = intervals.standings(
                    entries.stream().map(e -> e.map(Entry::cell).orElse(null)).toList());
            List<Object> row =
                    new ArrayList<>(List.of(s.dataset().key(), s.encoder().key()));
            for (int i = 0; i < entries.size(); i++) {
                String mark = mark(standings.get(i));
                row.add(entries.get(i)
                        .filter(e -> e.cell().test().defined())
                        .map(e -> text(e.cell().test()) + mark)
                        .orElse(null));
            }
            table.row(row.toArray());
        }
        return table;
    }

    /** What numbers and marks mean. */
    public static String legend(ComparedRuns results, ClipIntervals intervals) {
        String what = "percent on the test clips, mean ± sd over the seeds";
        long without = results.entries().stream()
                .filter(e -> intervals.interval(e.cell()).isEmpty())
                .count();
        String marks = "; * best of the row, ~ best or not to be told from it (paired bootstrap over the test clips)";
        if (without == results.entries().size()) {
            return what + "; nothing is compared, since there are no intervals over the test clips";
        }
        return what
                + marks
                + (without == 0 ? "" : "; no mark in rows with one of the " + without + " cells without stored scores");
    }

    private static String mark(Standing standing) {
        return switch (standing) {
            case BEST -> " *";
            case AMONG_BEST -> " ~";
            case LOWER, UNTESTED -> "";
        };
    }

    private static String text(Score score) {
        return percent(score.mean()) + (Double.isFinite(score.sd()) ? " ± " + percent(score.sd()) : "");
    }

    private static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.2f", 100 * fraction);
    }

    /**
     * Prints the table of results, what is missing, and what was written.
     *
     * @param out   the report's folder
     * @param files names of its files
     */
    public static void print(
            PrintWriter o, ComparedRuns results, ClipIntervals intervals, Path out, Collection<String> files) {
        of(results, intervals).print(o);
        o.println(legend(results, intervals));
        o.println();
        List<String> missing = results.missing();
        if (!missing.isEmpty()) {
            o.println(missing.size() + " of " + results.planned() + " planned cells "
                    + (missing.size() == 1 ? "is" : "are") + " not finished: "
                    + ConsoleTable.firstFive(missing));
        }
        results.remarks().forEach(o::println);
        o.println("report: "
                + out.resolve(ReportFolder.PAGE).toAbsolutePath().normalize().toUri());
        o.println(count(files, ".tex") + " tables (CSV, Markdown, LaTeX) and " + count(files, ".svg")
                + " figures (SVG, CSV) in " + out);
    }

    private static long count(Collection<String> files, String ending) {
        return files.stream().filter(f -> f.endsWith(ending)).count();
    }
}
