package org.unmute.report.benchmark;

import java.util.List;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.ClipIntervals.Standing;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.metrics.Bootstrap;
import org.unmute.report.chart.NumberText;
import org.unmute.report.table.TableCell.Mark;

/** Text about intervals over test clips and about the marks that depend on them. */
final class IntervalText {
    private IntervalText() {}

    /** The interval of a cell in percent, or a remark that it has none; empty if no intervals were requested. */
    static String of(FinishedCell cell, ClipIntervals intervals) {
        return intervals.bootstrap() == null
                ? ""
                : intervals.interval(cell).map(CellFormat::interval).orElse("no interval");
    }

    static Mark mark(Standing standing) {
        return switch (standing) {
            case BEST -> Mark.BEST;
            case AMONG_BEST -> Mark.AMONG_BEST;
            case LOWER, UNTESTED -> Mark.NONE;
        };
    }

    /**
     * Explains how the intervals of a table were computed, what its marks mean, and which cells lack both; begins with
     * a space.
     */
    static String note(ComparedRuns results, ClipIntervals intervals) {
        Bootstrap b = intervals.bootstrap();
        if (b == null) {
            return " Without intervals over the test clips (--bootstrap 0), nothing is compared and no probe marked.";
        }
        String level = CellFormat.decimals(100 * b.level(), 0) + " %";
        List<FinishedCell> without = results.entries().stream()
                .map(Entry::cell)
                .filter(c -> intervals.interval(c).isEmpty())
                .toList();
        String note = " In brackets: the " + level + " bootstrap interval of that mean over the test clips ("
                + NumberText.count(b.resamples())
                + " resamples; clips are drawn, the trainings are kept). In each row the"
                + " probe with the highest mean is compared with each other one: the difference is resampled with the"
                + " same clips for both, and they differ if its interval is above 0 (all comparisons of a row together"
                + " at " + level + ": Bonferroni). Bold: the best probe, which differs from all others."
                + " Underlined: the best and"
                + " those that it does not differ from.";
        if (without.isEmpty()) {
            return note;
        }
        FinishedCell first = without.getFirst();
        return note + " \u201CNo interval\u201D: the run did not keep what an interval is computed from ("
                + without.size() + " of " + results.entries().size() + " cells; " + first.path() + ": "
                + intervals.lacking(first).orElse("") + "); in such a row nothing is compared or marked.";
    }
}
