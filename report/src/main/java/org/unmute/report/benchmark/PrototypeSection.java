package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.Name;
import org.unmute.benchmark.results.PrototypeEffect;
import org.unmute.benchmark.results.PrototypeEffect.Curve;
import org.unmute.benchmark.results.PrototypeEffect.Point;
import org.unmute.benchmark.results.Score;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.LineChart;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.chart.SeriesStyles;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;

/** The effect of J, the number of prototypes per class (Table 7 of the paper). */
final class PrototypeSection {
    private PrototypeSection() {}

    static Optional<Section> of(ComparedRuns results) {
        PrototypeEffect effect = PrototypeEffect.of(results);
        if (effect.curves().isEmpty()) {
            return Optional.empty();
        }
        Map<Name, List<Curve>> byDataset = effect.curves().stream()
                .collect(Collectors.groupingBy(c -> c.setting().dataset(), LinkedHashMap::new, Collectors.toList()));
        List<Block.Figure> figures = new ArrayList<>();
        byDataset.forEach((dataset, curves) -> figures.add(new Block.Figure(
                "prototypes-" + BenchmarkReport.fileId(dataset.key()), chart(results, dataset, curves), true)));
        return Optional.of(new Section(
                "prototypes",
                "Effect of J",
                List.of(new Block.SideBySide(figures), new Block.DataTable(table(effect)))));
    }

    private static LineChart chart(ComparedRuns results, Name dataset, List<Curve> curves) {
        Map<String, SeriesStyle> styles = BenchmarkReport.styles(results);
        boolean several =
                curves.stream().map(c -> c.setting().encoder()).distinct().count() > 1;
        List<LineChart.Curve> lines = new ArrayList<>();
        for (Curve c : curves) {
            String label = c.column().label();
            lines.add(new LineChart.Curve(
                    several ? label + ", " + c.setting().encoder().title() : label,
                    several ? SeriesStyles.at(lines.size()) : styles.get(label),
                    c.points().stream().mapToDouble(Point::prototypes).toArray(),
                    c.points().stream().mapToDouble(p -> p.score().mean()).toArray(),
                    c.points().stream().mapToDouble(p -> p.score().sd()).toArray()));
        }
        return new LineChart(
                new Caption(
                        "Prototypes and score on " + dataset.title(),
                        "Mean test score against J, the prototypes a class; bands: one standard deviation."),
                Axis.logarithmic("prototypes a class"),
                Axis.percent(results.metric(dataset)),
                lines);
    }

    private static Table table(PrototypeEffect effect) {
        TreeSet<Integer> numbers = effect.curves().stream()
                .flatMap(c -> c.points().stream())
                .map(Point::prototypes)
                .collect(Collectors.toCollection(TreeSet::new));
        TableBuilder table = new TableBuilder(
                TableBuilder.concat(
                        "Probe", numbers.stream().map(j -> "J = " + j).toList()),
                "dataset",
                "encoder",
                "probe",
                "prototypes",
                "parameters",
                "mean",
                "sd",
                "seeds");
        for (Curve c : effect.curves()) {
            Map<Integer, Score> byNumber =
                    c.points().stream().collect(Collectors.toMap(Point::prototypes, Point::score));
            List<Score> scores = numbers.stream()
                    .map(j -> byNumber.getOrDefault(j, Score.of()))
                    .toList();
            table.row(c.setting().title(), c.column().label(), CellFormat.scores(scores));
            for (Point p : c.points()) {
                Score score = p.score();
                table.csv(
                        c.setting(),
                        c.column(),
                        p.prototypes(),
                        p.parameters(),
                        score.mean(),
                        score.sd(),
                        score.seeds());
            }
        }
        return table.table(
                "prototypes",
                "Test score by number of prototypes a class",
                "Percent, mean over the seeds \u00B1 standard deviation.");
    }
}
