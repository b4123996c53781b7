package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.Entry;
import org.unmute.experiments.results.EpochAverage;
import org.unmute.experiments.results.Results;
import org.unmute.experiments.results.Results.Setting;
import org.unmute.experiments.results.Score;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.LineChart;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.drawing.Caption;

/** Loss and validation score per epoch. */
final class LossSection {
    private LossSection() {}

    static Section of(Results results) {
        List<Block> blocks = new ArrayList<>(List.of(new Block.Paragraph(
                "The trainings with the chosen settings: mean over the seeds, bands one standard deviation. Losses of"
                        + " probes with terms of their own (proto) are not comparable with the others'.")));
        List<Setting> settings = results.settings();
        for (Setting s : settings) {
            String id = FileIds.of(s.key());
            blocks.add(new Block.Collapsible(
                    s.title(),
                    s.equals(settings.getFirst()),
                    List.of(new Block.SideBySide(List.of(
                            new Block.Figure(
                                    "loss-" + id,
                                    new LineChart(
                                            Caption.of("Training loss, " + s.title()),
                                            Axis.linear("epoch"),
                                            Axis.linear("loss"),
                                            curves(results, s, EpochAverage::loss)),
                                    true),
                            new Block.Figure(
                                    "validation-" + id,
                                    new LineChart(
                                            Caption.of("Validation score, " + s.title()),
                                            Axis.linear("epoch"),
                                            Axis.percent(results.metric(s.dataset())),
                                            curves(results, s, EpochAverage::validation)),
                                    true))))));
        }
        return new Section("loss", "Loss curves", blocks);
    }

    private static List<LineChart.Curve> curves(Results results, Setting s, Function<EpochAverage, Score> what) {
        Map<Column, SeriesStyle> styles = ColumnStyles.of(results);
        List<LineChart.Curve> curves = new ArrayList<>();
        for (Entry e : results.entries(s)) {
            List<EpochAverage> epochs = e.detail().epochs().stream()
                    .filter(x -> what.apply(x).defined())
                    .toList();
            curves.add(new LineChart.Curve(
                    e.column().label(),
                    styles.get(e.column()),
                    epochs.stream().mapToDouble(EpochAverage::epoch).toArray(),
                    epochs.stream().mapToDouble(x -> what.apply(x).mean()).toArray(),
                    epochs.stream().mapToDouble(x -> what.apply(x).sd()).toArray()));
        }
        return curves;
    }
}
