package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.EpochAverage;
import org.unmute.benchmark.results.Score;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.LineChart;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.drawing.Caption;

/** Loss and validation score per epoch. */
final class LossSection {
    private LossSection() {}

    static Section of(ComparedRuns results) {
        List<Block> blocks = new ArrayList<>(List.of(new Block.Paragraph(
                "The trainings with the chosen settings: mean over the seeds, bands one standard deviation. Losses of"
                        + " probes with terms of their own (proto) are not comparable with the others'.")));
        List<Setting> settings = results.settings();
        for (Setting s : settings) {
            String id = BenchmarkReport.fileId(s.key());
            Block.Figure loss = new Block.Figure(
                    "loss-" + id, chart(results, s, "Training loss", Axis.linear("loss"), EpochAverage::loss), true);
            Axis score = Axis.percent(results.metric(s.dataset()));
            Block.Figure validation = new Block.Figure(
                    "validation-" + id, chart(results, s, "Validation score", score, EpochAverage::validation), true);
            blocks.add(new Block.Collapsible(
                    s.title(),
                    s.equals(settings.getFirst()),
                    List.of(new Block.SideBySide(List.of(loss, validation)))));
        }
        return new Section("loss", "Loss curves", blocks);
    }

    private static LineChart chart(
            ComparedRuns results, Setting s, String title, Axis y, Function<EpochAverage, Score> what) {
        Map<String, SeriesStyle> styles = BenchmarkReport.styles(results);
        List<LineChart.Curve> curves = new ArrayList<>();
        for (Entry e : results.entries(s)) {
            List<EpochAverage> epochs = e.detail().epochs().stream()
                    .filter(x -> what.apply(x).defined())
                    .toList();
            String label = e.column().label();
            curves.add(new LineChart.Curve(
                    label,
                    styles.get(label),
                    epochs.stream().mapToDouble(EpochAverage::epoch).toArray(),
                    epochs.stream().mapToDouble(x -> what.apply(x).mean()).toArray(),
                    epochs.stream().mapToDouble(x -> what.apply(x).sd()).toArray()));
        }
        return new LineChart(Caption.of(title + ", " + s.title()), Axis.linear("epoch"), y, curves);
    }
}
