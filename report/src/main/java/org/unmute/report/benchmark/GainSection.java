package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.LinearGain;
import org.unmute.experiments.results.LinearGain.Gain;
import org.unmute.experiments.results.Name;
import org.unmute.experiments.results.Results;
import org.unmute.experiments.results.Results.Setting;
import org.unmute.experiments.results.Score;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.GroupedBars;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;
import org.unmute.report.table.TableRow.Kind;

/** The gain of each probe over the linear probe. */
final class GainSection {
    /** With more settings than this, the chart averages over the encoders of a data set. */
    private static final int MAX_GROUPS = 8;

    private final Results results;
    private final LinearGain gain;

    private GainSection(Results results, LinearGain gain) {
        this.results = results;
        this.gain = gain;
    }

    static Optional<Section> of(Results results) {
        return LinearGain.of(results).map(gain -> {
            GainSection s = new GainSection(results, gain);
            return new Section(
                    "gain",
                    "Gain over " + gain.linear().label(),
                    List.of(new Block.Figure("gain", s.chart(), true), new Block.DataTable(s.table())));
        });
    }

    private GroupedBars chart() {
        List<Setting> settings = settings();
        boolean each = settings.size() <= MAX_GROUPS;
        List<Name> datasets = settings.stream().map(Setting::dataset).distinct().toList();
        List<String> groups = each
                ? settings.stream()
                        .map(s -> oneEncoder() ? s.dataset().title() : s.title())
                        .toList()
                : datasets.stream().map(Name::title).toList();
        Map<Column, SeriesStyle> styles = ColumnStyles.of(results);
        List<GroupedBars.Series> series = new ArrayList<>();
        for (Column c : gain.columns()) {
            double[] values = each
                    ? settings.stream()
                            .mapToDouble(s -> gain.find(s, c).map(Gain::points).orElse(Double.NaN))
                            .toArray()
                    : datasets.stream()
                            .mapToDouble(d ->
                                    gain.mean(c, s -> s.dataset().equals(d)).mean())
                            .toArray();
            double[] errors = each
                    ? settings.stream()
                            .mapToDouble(s -> gain.find(s, c).map(Gain::sd).orElse(Double.NaN))
                            .toArray()
                    : null;
            series.add(new GroupedBars.Series(c.label(), styles.get(c), values, errors));
        }
        String what = each
                ? "Whiskers: one standard deviation of the difference of two seeds."
                : "Mean over the encoders of each data set.";
        return new GroupedBars(
                new Caption(
                        "What each probe adds to " + gain.linear().label(),
                        "Percentage points that each probe's mean test score lies above or below the linear"
                                + " probe's on the same tokens. " + what),
                groups,
                Axis.points("gain"),
                series);
    }

    private List<Setting> settings() {
        return results.settings().stream()
                .filter(s -> gain.gains().stream().anyMatch(g -> g.setting().equals(s)))
                .toList();
    }

    private boolean oneEncoder() {
        return settings().stream().map(Setting::encoder).distinct().count() == 1;
    }

    private Table table() {
        List<Column> columns = gain.columns();
        List<String> headings = new ArrayList<>(List.of("Encoder"));
        columns.forEach(c -> headings.add(c.label()));
        List<TableRow> rows = new ArrayList<>();
        List<List<String>> csv = new ArrayList<>();
        csv.add(List.of("dataset", "encoder", "probe", "linear", "gain", "sd"));
        for (Setting s : settings()) {
            List<TableCell> cells = columns.stream()
                    .map(c -> gain.find(s, c)
                            .map(g -> new TableCell(
                                    CellFormat.signedPercent(g.points()), CellFormat.percent(g.sd()), false))
                            .orElse(TableCell.NONE))
                    .toList();
            double[] points = columns.stream()
                    .mapToDouble(c -> gain.find(s, c).map(Gain::points).orElse(Double.NaN))
                    .toArray();
            rows.add(TableRow.of(s.dataset().title(), s.encoder().title(), CellFormat.best(cells, points, true)));
        }
        gain.gains()
                .forEach(g -> csv.add(List.of(
                        g.setting().dataset().key(),
                        g.setting().encoder().key(),
                        g.column().label(),
                        gain.linear().label(),
                        CellFormat.full(g.points()),
                        CellFormat.full(g.sd()))));
        if (settings().size() > 1) {
            for (String metric : settings().stream()
                    .map(s -> results.metric(s.dataset()))
                    .distinct()
                    .toList()) {
                rows.add(mean(metric, columns, s -> results.metric(s.dataset()).equals(metric)));
            }
        }
        return new Table(
                "gain",
                "Gain over " + gain.linear().label() + " in percentage points",
                "Mean difference \u00B1 the root of the sum of both variances."
                        + (settings().size() > 1
                                ? " The means at the end are over the settings that have both cells (their number in"
                                        + " brackets), \u00B1 the standard deviation over these settings."
                                : ""),
                headings,
                rows,
                csv);
    }

    private TableRow mean(String metric, List<Column> columns, Predicate<Setting> in) {
        return new TableRow(
                Kind.SUMMARY,
                "Means",
                metric,
                columns.stream()
                        .map(c -> {
                            Score m = gain.mean(c, in);
                            return m.defined()
                                    ? new TableCell(
                                            CellFormat.signedPercent(m.mean()) + " (" + m.seeds() + ")",
                                            CellFormat.percent(m.sd()),
                                            false)
                                    : TableCell.NONE;
                        })
                        .toList());
    }
}
