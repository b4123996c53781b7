package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.ClipIntervals.Standing;
import org.unmute.benchmark.results.Column;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.Published;
import org.unmute.benchmark.results.Published.PublishedScore;
import org.unmute.metrics.Interval;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;
import org.unmute.report.table.TableRow.Kind;

/**
 * The table of all scores: one row per data set and encoder, one column per probe, with the published numbers below the
 * measured ones.
 */
final class ResultSection {
    private static final String NOTE =
            "Percent, mean over the seeds \u00B1 standard deviation (n \u2212 1) on the test clips.";
    private static final String SUMMARY = " The means at the end are not compared: none of them is marked.";
    private static final String PUBLISHED =
            " Rows marked published hold numbers that the paper states (Tables 2, 3 and 7), which are not measured"
                    + " here, never in bold and in no mean; ft is the encoder fine-tuned as a whole, as its own paper"
                    + " reports it.";
    private static final String LINEARC = " The paper's linearc is in the columns of both readings.";

    private final ComparedRuns results;
    private final Published published;
    private final ClipIntervals intervals;
    private final List<Setting> settings;
    private final boolean fineTuned;

    private ResultSection(ComparedRuns results, Published published, ClipIntervals intervals) {
        this.results = results;
        this.intervals = intervals;
        this.published = published;
        settings = results.settings();
        fineTuned = settings.stream()
                .anyMatch(s -> published.find(s, Published.FINE_TUNED).isPresent());
    }

    static Section of(ComparedRuns results, Published published, ClipIntervals intervals) {
        return new Section(
                "results",
                "Results",
                List.of(new Block.DataTable(new ResultSection(results, published, intervals).table())));
    }

    private Table table() {
        List<String> headings = new ArrayList<>(List.of("Encoder"));
        results.columns().forEach(c -> headings.add(c.label()));
        if (fineTuned) {
            headings.add(Published.FINE_TUNED);
        }
        TableBuilder table = new TableBuilder(
                headings,
                "dataset",
                "encoder",
                "probe",
                "metric",
                "mean",
                "sd",
                "seeds",
                "validation_mean",
                "validation_sd",
                "parameters",
                "prototypes",
                "clips_per_second",
                "published",
                "published_source",
                "interval_low",
                "interval_high",
                "standing");
        boolean any = false;
        for (Setting s : settings) {
            String group = s.dataset().title() + " (" + results.metric(s.dataset()) + ", %)";
            table.row(group, s.encoder().title(), widened(cells(s)));
            List<TableCell> paper = published(s);
            if (!paper.stream().allMatch(TableCell.NONE::equals)) {
                any = true;
                table.row(new TableRow(Kind.PUBLISHED, group, s.encoder().title(), paper));
            }
            List<Standing> standings = standings(s);
            for (Column c : results.columns()) {
                results.find(s.encoder(), s.dataset(), c)
                        .ifPresent(e ->
                                csv(table, s, e, standings.get(results.columns().indexOf(c))));
            }
        }
        boolean[] summed = {false};
        BenchmarkReport.byMetric(results, settings).forEach((metric, same) -> {
            if (same.size() > 1) {
                summed[0] = true;
                table.row(new TableRow(
                        Kind.SUMMARY,
                        "Means of the rows above",
                        metric + ", " + same.size() + " rows",
                        widened(CellFormat.percents(means(same)))));
            }
        });
        return table.table(
                "results",
                "Test scores of each probe on frozen tokens",
                NOTE
                        + IntervalText.note(results, intervals)
                        + (summed[0] ? SUMMARY : "")
                        + (any ? PUBLISHED : "")
                        + (hasPublishedLinearc() ? LINEARC : ""));
    }

    private List<TableCell> cells(Setting s) {
        List<Standing> standings = standings(s);
        List<TableCell> cells = new ArrayList<>();
        for (Column c : results.columns()) {
            Standing standing = standings.get(cells.size());
            cells.add(results.find(s.encoder(), s.dataset(), c)
                    .map(e -> CellFormat.cell(e.cell().test())
                            .within(IntervalText.of(e.cell(), intervals))
                            .marked(IntervalText.mark(standing)))
                    .orElse(TableCell.NONE));
        }
        return cells;
    }

    private List<Standing> standings(Setting s) {
        return intervals.standings(results.columns().stream()
                .map(c -> results.find(s.encoder(), s.dataset(), c)
                        .map(Entry::cell)
                        .orElse(null))
                .toList());
    }

    /** Adds an empty cell in the column of fine-tuned encoders, if there is one. */
    private List<TableCell> widened(List<TableCell> cells) {
        List<TableCell> all = new ArrayList<>(cells);
        if (fineTuned) {
            all.add(TableCell.NONE);
        }
        return all;
    }

    private boolean hasPublishedLinearc() {
        return results.columns().stream()
                .filter(c -> c.label().startsWith("linearc-"))
                .anyMatch(c -> settings.stream().anyMatch(s -> published(s, c).isPresent()));
    }

    /** The published scores of a setting. */
    private List<TableCell> published(Setting s) {
        List<Optional<PublishedScore>> scores = new ArrayList<>();
        results.columns().forEach(c -> scores.add(published(s, c)));
        if (fineTuned) {
            scores.add(published.find(s, Published.FINE_TUNED));
        }
        return scores.stream()
                .map(p -> TableCell.of(p.map(PublishedScore::percent).orElse("")))
                .toList();
    }

    /** The paper has a single form of each probe, so only a column without options is comparable. */
    private Optional<PublishedScore> published(Setting s, Column c) {
        return c.label().equals(c.probe()) ? published.find(s, c.probe()) : Optional.empty();
    }

    /** Means over settings with the same metric; NaN for columns that lack one of the settings. */
    private double[] means(List<Setting> same) {
        return results.columns().stream()
                .mapToDouble(c -> same.stream()
                                .mapToDouble(s -> results.score(s.encoder(), s.dataset(), c)
                                        .mean())
                                .sum()
                        / same.size())
                .toArray();
    }

    private void csv(TableBuilder table, Setting s, Entry e, Standing standing) {
        Optional<PublishedScore> paper = published(s, e.column());
        FinishedCell cell = e.cell();
        Optional<Interval> interval = intervals.interval(cell);
        table.csv(
                s,
                e.column(),
                cell.metric(),
                cell.test().mean(),
                cell.test().sd(),
                cell.test().seeds(),
                cell.validation().mean(),
                cell.validation().sd(),
                cell.parameters(),
                cell.prototypes() == 0 ? "" : cell.prototypes(),
                cell.clipsPerSecond(),
                paper.map(p -> "" + p.fraction()).orElse(""),
                paper.map(PublishedScore::source).orElse(""),
                interval.map(Interval::low).orElse(Double.NaN),
                interval.map(Interval::high).orElse(Double.NaN),
                standing.name().toLowerCase(Locale.ROOT));
    }
}
