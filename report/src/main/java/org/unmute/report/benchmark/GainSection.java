package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.unmute.benchmark.results.Column;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.LinearGain;
import org.unmute.benchmark.results.LinearGain.Gain;
import org.unmute.benchmark.results.Name;
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

    private final ComparedRuns results;
    private final LinearGain gain;

    private GainSection(ComparedRuns results, LinearGain gain) {
        this.results = results;
        this.gain = gain;
    }

    static Optional<Section> of(ComparedRuns results) {
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
        boolean oneEncoder = settings.stream().map(Setting::encoder).distinct().count() == 1;
        List<Name> datasets = settings.stream().map(Setting::dataset).distinct().toList();
        List<String> groups = each && !oneEncoder
                ? settings.stream().map(Setting::title).toList()
                : datasets.stream().map(Name::title).toList();
        Map<String, SeriesStyle> styles = BenchmarkReport.styles(results);
        List<GroupedBars.Series> series = new ArrayList<>();
        for (Column c : gain.columns()) {
            double[] values = each
                    ? settings.stream()
                            .mapToDouble(s -> measured(s, c, Gain::points))
                            .toArray()
                    : datasets.stream()
                            .mapToDouble(d ->
                                    gain.mean(c, s -> s.dataset().equals(d)).mean())
                            .toArray();
            double[] errors = each
                    ? settings.stream()
                            .mapToDouble(s -> measured(s, c, Gain::sd))
                            .toArray()
                    : null;
            series.add(new GroupedBars.Series(c.label(), styles.get(c.label()), values, errors));
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

    private double measured(Setting s, Column c, ToDoubleFunction<Gain> what) {
        return gain.find(s, c).map(what::applyAsDouble).orElse(Double.NaN);
    }

    private List<Setting> settings() {
        return results.settings().stream()
                .filter(s -> gain.gains().stream().anyMatch(g -> g.setting().equals(s)))
                .toList();
    }

    private Table table() {
        List<Setting> settings = settings();
        TableBuilder table = TableBuilder.ofSettings(gain.columns(), "linear", "gain", "sd");
        for (Setting s : settings) {
            List<TableCell> cells = gain.columns().stream()
                    .map(c -> gain.find(s, c)
                            .map(g -> new TableCell(CellFormat.signedPercent(g.points()), CellFormat.percent(g.sd())))
                            .orElse(TableCell.NONE))
                    .toList();
            table.row(s, cells);
        }
        gain.gains()
                .forEach(g -> table.csv(g.setting(), g.column(), gain.linear().label(), g.points(), g.sd()));
        if (settings.size() > 1) {
            BenchmarkReport.byMetric(results, settings)
                    .forEach((metric, same) ->
                            table.row(new TableRow(Kind.SUMMARY, "Means", metric, means(same::contains))));
        }
        return table.table(
                "gain",
                "Gain over " + gain.linear().label() + " in percentage points",
                "Mean difference \u00B1 the root of the sum of both variances."
                        + (settings.size() > 1
                                ? " The means at the end are over the settings that have both cells (their number in"
                                        + " brackets), \u00B1 the standard deviation over these settings."
                                : ""));
    }

    private List<TableCell> means(Predicate<Setting> in) {
        return gain.columns().stream()
                .map(c -> gain.mean(c, in))
                .map(m -> m.defined()
                        ? new TableCell(
                                CellFormat.signedPercent(m.mean()) + " (" + m.seeds() + ")", CellFormat.percent(m.sd()))
                        : TableCell.NONE)
                .toList();
    }
}
