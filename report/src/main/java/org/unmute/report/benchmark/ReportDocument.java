package org.unmute.report.benchmark;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.Column;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.Score;
import org.unmute.benchmark.results.WinRule;
import org.unmute.benchmark.results.Wins;

/** A report as JSON, with the scores of all cells. */
public record ReportDocument(
        String title,
        List<ReportedCell> cells,
        Map<String, Object> wins,
        List<String> missing,
        int planned,
        List<String> remarks,
        String out,
        List<String> files) {

    /**
     * Describes a report.
     *
     * @param rule  when a probe wins
     * @param out   the report's folder
     * @param files names of its files
     */
    public static ReportDocument of(
            String title,
            ComparedRuns results,
            ClipIntervals intervals,
            WinRule rule,
            Path out,
            Collection<String> files) {
        Wins wins = Wins.of(results, rule);
        return new ReportDocument(
                title,
                results.all().map(e -> ReportedCell.of(e, intervals)).toList(),
                Map.of(
                        "probes",
                        wins.columns().stream().map(Column::label).toList(),
                        "wins",
                        wins.wins(),
                        "contests",
                        wins.contests(),
                        "rule",
                        rule.name().toLowerCase(Locale.ROOT)),
                results.missing(),
                results.planned(),
                results.remarks(),
                out.toString(),
                List.copyOf(files));
    }

    /** The test score of a cell. */
    public record ReportedCell(
            String encoder,
            String dataset,
            String probe,
            Integer prototypes,
            String metric,
            double mean,
            double sd,
            int seeds,
            double[] interval,
            long parameters) {
        static ReportedCell of(Entry entry, ClipIntervals intervals) {
            FinishedCell cell = entry.cell();
            Score test = cell.test();
            return new ReportedCell(
                    cell.encoder().key(),
                    cell.dataset().key(),
                    entry.column().label(),
                    cell.prototypes() == 0 ? null : cell.prototypes(),
                    cell.metric(),
                    test.mean(),
                    test.sd(),
                    test.seeds(),
                    intervals
                            .interval(cell)
                            .map(i -> new double[] {i.low(), i.high()})
                            .orElse(null),
                    cell.parameters());
        }
    }
}
