package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.Name;
import org.unmute.experiments.results.PrototypeEffect;
import org.unmute.experiments.results.PrototypeEffect.Curve;
import org.unmute.experiments.results.PrototypeEffect.Point;
import org.unmute.experiments.results.Results;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.LineChart;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.chart.SeriesStyles;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;

/** The effect of J, the number of prototypes per class (Table 7 of the paper). */
final class PrototypeSection {
    private PrototypeSection() {}

    static Optional<Section> of(Results results) {
        PrototypeEffect effect = PrototypeEffect.of(results);
        if (effect.curves().isEmpty()) {
            return Optional.empty();
        }
        Map<Name, List<Curve>> byDataset = effect.curves().stream()
                .collect(Collectors.groupingBy(c -> c.setting().dataset(), LinkedHashMap::new, Collectors.toList()));
        List<Block.Figure> figures = new ArrayList<>();
        byDataset.forEach((dataset, curves) -> figures.add(
                new Block.Figure("prototypes-" + FileIds.of(dataset.key()), chart(results, dataset, curves), true)));
        return Optional.of(new Section(
                "prototypes",
                "Effect of J",
                List.of(new Block.SideBySide(figures), new Block.DataTable(table(effect)))));
    }

    private static LineChart chart(Results results, Name dataset, List<Curve> curves) {
        Map<Column, SeriesStyle> styles = ColumnStyles.of(results);
        List<Name> encoders =
                curves.stream().map(c -> c.setting().encoder()).distinct().toList();
        List<LineChart.Curve> lines = new ArrayList<>();
        for (Curve c : curves) {
            boolean several = encoders.size() > 1;
            SeriesStyle style = several ? SeriesStyles.at(lines.size()) : styles.get(c.column());
            lines.add(new LineChart.Curve(
                    several
                            ? c.column().label() + ", " + c.setting().encoder().title()
                            : c.column().label(),
                    style,
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
        List<String> headings = new ArrayList<>(List.of("Probe"));
        numbers.forEach(j -> headings.add("J = " + j));
        List<TableRow> rows = new ArrayList<>();
        List<List<String>> csv = new ArrayList<>();
        csv.add(List.of("dataset", "encoder", "probe", "prototypes", "parameters", "mean", "sd", "seeds"));
        for (Curve c : effect.curves()) {
            Map<Integer, Point> byNumber = c.points().stream().collect(Collectors.toMap(Point::prototypes, p -> p));
            List<TableCell> cells = numbers.stream()
                    .map(j -> byNumber.containsKey(j)
                            ? CellFormat.cell(byNumber.get(j).score())
                            : TableCell.NONE)
                    .toList();
            double[] means = numbers.stream()
                    .mapToDouble(j ->
                            byNumber.containsKey(j) ? byNumber.get(j).score().mean() : Double.NaN)
                    .toArray();
            rows.add(TableRow.of(c.setting().title(), c.column().label(), CellFormat.best(cells, means, true)));
            c.points()
                    .forEach(p -> csv.add(List.of(
                            c.setting().dataset().key(),
                            c.setting().encoder().key(),
                            c.column().label(),
                            "" + p.prototypes(),
                            "" + p.parameters(),
                            CellFormat.full(p.score().mean()),
                            CellFormat.full(p.score().sd()),
                            "" + p.score().seeds())));
        }
        return new Table(
                "prototypes",
                "Test score by number of prototypes a class",
                "Percent, mean over the seeds \u00B1 standard deviation.",
                headings,
                rows,
                csv);
    }
}
