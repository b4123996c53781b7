package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.Entry;
import org.unmute.experiments.results.Published;
import org.unmute.experiments.results.Published.PublishedScore;
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

    private ResultSection(Results results, Published published) {
        this.results = results;
        this.published = published;
    }

    static Section of(Results results, Published published) {
        return new Section(
                "results", "Results", List.of(new Block.DataTable(new ResultSection(results, published).table())));
    }

    private Table table() {
        List<Setting> settings = results.settings();
        boolean fineTuned = settings.stream()
                .anyMatch(s -> published.find(s, Published.FINE_TUNED).isPresent());
        boolean any = settings.stream().anyMatch(s -> row(s, fineTuned).isPresent());
        List<String> headings = new ArrayList<>(List.of("Encoder"));
        results.columns().forEach(c -> headings.add(c.label()));
        if (fineTuned) {
            headings.add(Published.FINE_TUNED);
        }
        List<TableRow> rows = new ArrayList<>();
        for (Setting s : settings) {
            List<TableCell> cells = new ArrayList<>();
            double[] means = new double[results.columns().size()];
            for (int c = 0; c < means.length; c++) {
                Score score = results.score(
                        s.encoder(), s.dataset(), results.columns().get(c));
                means[c] = score.mean();
                cells.add(CellFormat.cell(score));
            }
            List<TableCell> marked = new ArrayList<>(CellFormat.best(cells, means, true));
            if (fineTuned) {
                marked.add(TableCell.NONE);
            }
            rows.add(TableRow.of(group(s), s.encoder().title(), marked));
            row(s, fineTuned).ifPresent(rows::add);
        }
        rows.addAll(means(settings, fineTuned));
        return new Table(
                "results", "Test scores of each probe on frozen tokens", note(settings, any), headings, rows, csv());
    }

    private String note(List<Setting> settings, boolean any) {
        boolean linearc = results.columns().stream()
                .filter(c -> c.label().startsWith("linearc-"))
                .anyMatch(c -> settings.stream().anyMatch(s -> published(s, c).isPresent()));
        return NOTE + (any ? PUBLISHED : "") + (linearc ? LINEARC : "");
    }

    private String group(Setting s) {
        return s.dataset().title() + " (" + results.metric(s.dataset()) + ", %)";
    }

    /** The published row of a setting, if the paper states any of its cells. */
    private Optional<TableRow> row(Setting s, boolean fineTuned) {
        List<TableCell> cells = new ArrayList<>();
        for (Column c : results.columns()) {
            cells.add(published(s, c).map(p -> TableCell.of(p.percent())).orElse(TableCell.NONE));
        }
        if (fineTuned) {
            cells.add(published
                    .find(s, Published.FINE_TUNED)
                    .map(p -> TableCell.of(p.percent()))
                    .orElse(TableCell.NONE));
        }
        return cells.stream().allMatch(c -> c.text().isEmpty())
                ? Optional.empty()
                : Optional.of(new TableRow(Kind.PUBLISHED, group(s), s.encoder().title(), cells));
    }

    /** The paper has one form of each probe, so only a column without options is comparable. */
    private Optional<PublishedScore> published(Setting s, Column c) {
        return c.label().equals(c.probe()) ? published.find(s, c.probe()) : Optional.empty();
    }

    /** Means over all settings with the same metric; NaN in columns that lack a setting. */
    private List<TableRow> means(List<Setting> settings, boolean fineTuned) {
        List<TableRow> rows = new ArrayList<>();
        for (String metric : settings.stream()
                .map(s -> results.metric(s.dataset()))
                .distinct()
                .toList()) {
            List<Setting> same = settings.stream()
                    .filter(s -> results.metric(s.dataset()).equals(metric))
                    .toList();
            if (same.size() < 2) {
                continue;
            }
            double[] means = results.columns().stream()
                    .mapToDouble(c -> same.stream()
                                    .mapToDouble(s -> results.score(s.encoder(), s.dataset(), c)
                                            .mean())
                                    .sum()
                            / same.size())
                    .toArray();
            List<TableCell> cells = new ArrayList<>();
            for (double m : means) {
                cells.add(TableCell.of(CellFormat.percent(m)));
            }
            List<TableCell> marked = new ArrayList<>(CellFormat.best(cells, means, true));
            if (fineTuned) {
                marked.add(TableCell.NONE);
            }
            rows.add(new TableRow(
                    Kind.SUMMARY, "Means of the rows above", metric + ", " + same.size() + " rows", marked));
        }
        return rows;
    }

    private List<List<String>> csv() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(
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
                "published_source"));
        for (Setting s : results.settings()) {
            for (Entry e : results.entries(s)) {
                Optional<PublishedScore> paper = published(s, e.column());
                Score test = e.cell().test();
                lines.add(List.of(
                        s.dataset().key(),
                        s.encoder().key(),
                        e.column().label(),
                        e.cell().metric(),
                        CellFormat.full(test.mean()),
                        CellFormat.full(test.sd()),
                        String.valueOf(test.seeds()),
                        CellFormat.full(e.cell().validation().mean()),
                        CellFormat.full(e.cell().validation().sd()),
                        String.valueOf(e.cell().parameters()),
                        e.cell().prototypes() == 0
                                ? ""
                                : String.valueOf(e.cell().prototypes()),
                        CellFormat.full(e.cell().clipsPerSecond()),
                        paper.map(p -> CellFormat.full(p.fraction())).orElse(""),
                        paper.map(PublishedScore::source).orElse("")));
            }
        }
        return lines;
    }
}
