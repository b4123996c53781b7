package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.Name;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.ScatterChart;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.drawing.Caption;

/** Parameters against score, one figure per data set. */
final class ParameterSection {
    private ParameterSection() {}

    static Section of(ComparedRuns results) {
        Map<String, SeriesStyle> styles = BenchmarkReport.styles(results);
        List<Block.Figure> figures = new ArrayList<>();
        for (Name dataset : results.datasets()) {
            List<Entry> entries = results.entries().stream()
                    .filter(e -> e.cell().dataset().key().equals(dataset.key())
                            && e.cell().test().defined())
                    .toList();
            if (entries.isEmpty()) {
                continue;
            }
            boolean several = entries.stream()
                            .map(e -> e.cell().encoder().key())
                            .distinct()
                            .count()
                    > 1;
            List<ScatterChart.Point> points = entries.stream()
                    .map(e -> new ScatterChart.Point(
                            several ? e.cell().encoder().title() : e.column().label(),
                            several ? e.column().label() : "",
                            styles.get(e.column().label()),
                            e.cell().parameters(),
                            e.cell().test().mean(),
                            e.cell().test().sd()))
                    .toList();
            figures.add(new Block.Figure(
                    "parameters-" + BenchmarkReport.fileId(dataset.key()),
                    new ScatterChart(
                            new Caption(
                                    "Parameters and score on " + dataset.title(),
                                    "Trained parameters of each probe against its mean test score; whiskers: one"
                                            + " standard deviation."),
                            Axis.logarithmic("trained parameters"),
                            Axis.percent(results.metric(dataset)),
                            points),
                    true));
        }
        return new Section("parameters", "Parameters and score", List.of(new Block.SideBySide(figures)));
    }
}
