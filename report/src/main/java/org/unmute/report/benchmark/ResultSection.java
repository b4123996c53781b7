package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.Entry;
import org.unmute.experiments.results.Published;
import org.unmute.experiments.results.Published.PublishedScore;
import org.unmute.experiments.results.ResultCell;
import org.unmute.experiments.results.Results;
import org.unmute.experiments.results.Results.Setting;
import org.unmute.experiments.results.Score;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;
import org.unmute.report.table.TableRow.Kind;

/** The table of all scores: one row per data set and encoder, one column per probe, published numbers below ours. */
final class ResultSection {
    private static final String NOTE =
            "Percent, mean over the seeds \u00B1 standard deviation (n \u2212 1) on the test clips. Bold: the best"
                    + " probe of the row; means that read the same are tied.";
    private static final String PUBLISHED =
            " Rows marked published hold numbers that the paper states (Tables 2, 3 and 7), which are not measured"
                    + " here, never in bold and in no mean; ft is the encoder fine-tuned as a whole, as its own paper"
                    + " reports it.";
    private static final String LINEARC = " The paper's linearc stands in the columns of both readings.";

    private final Results results;
    private final Published published;
    private final List<Setting> settings;
    private final boolean fineTuned;

    private ResultSection(Results results, Published published) {
        this.results = results;
        this.published = published;
        settings = results.settings();
        fineTuned = settings.stream()
                .anyMatch(s -> published.find(s, Published.FINE_TUNED).isPresent());
    }

    static Section of(Results results, Published published) {
        return new Section(
                "results", "Results", List.of(new Block.DataTable(new ResultSection(results, published).table())));
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
                "published_source");
        boolean any = false;
        for (Setting s : settings) {
            String group = s.dataset().title() + " (" + results.metric(s.dataset()) + ", %)";
            table.row(group, s.encoder().title(), widened(CellFormat.scores(scores(s))));
            List<TableCell> paper = published(s);
            if (!paper.stream().allMatch(TableCell.NONE::equals)) {
                any = true;
                table.row(new TableRow(Kind.PUBLISHED, group, s.encoder().title(), paper));
            }
            results.entries(s).forEach(e -> csv(table, s, e));
        }
        BenchmarkReport.byMetric(results, settings).forEach((metric, same) -> {
            if (same.size() > 1) {
                table.row(new TableRow(
                        Kind.SUMMARY,
                        "Means of the rows above",
                        metric + ", " + same.size() + " rows",
                        widened(CellFormat.percents(means(same), true))));
            }
        });
        return table.table(
                "results",
                "Test scores of each probe on frozen tokens",
                NOTE + (any ? PUBLISHED : "") + (hasPublishedLinearc() ? LINEARC : ""));
    }

    private List<Score> scores(Setting s) {
        return results.columns().stream()
                .map(c -> results.score(s.encoder(), s.dataset(), c))
                .toList();
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

    /** The paper has one form of each probe, so only a column without options is comparable. */
    private Optional<PublishedScore> published(Setting s, Column c) {
        return c.label().equals(c.probe()) ? published.find(s, c.probe()) : Optional.empty();
    }

    /** Means over settings with the same metric; NaN in columns that lack a setting. */
    private double[] means(List<Setting> same) {
        return results.columns().stream()
                .mapToDouble(c -> same.stream()
                                .mapToDouble(s -> results.score(s.encoder(), s.dataset(), c)
                                        .mean())
                                .sum()
                        / same.size())
                .toArray();
    }

    private void csv(TableBuilder table, Setting s, Entry e) {
        Optional<PublishedScore> paper = published(s, e.column());
        ResultCell cell = e.cell();
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
                paper.map(PublishedScore::source).orElse(""));
    }
}
