package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.unmute.benchmark.results.Column;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.ClassBars;
import org.unmute.report.chart.NumberText;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.chart.SeriesStyles;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.TableCell;

/** Training clips per second, and the number of parameters. */
final class SpeedSection {
    private SpeedSection() {}

    static Section of(ComparedRuns results) {
        return new Section(
                "speed",
                "Speed and size",
                List.of(
                        new Block.Figure("speed", chart(results), true),
                        new Block.DataTable(table(results, "clips_per_second", FinishedCell::clipsPerSecond)
                                .table(
                                        "speed",
                                        "Training clips a second",
                                        "From cached tokens, forward and backward, mean over the seeds. Cells that ran"
                                                + " at the same time share the machine's cores, so compare within a"
                                                + " run only.")),
                        new Block.DataTable(table(results, "parameters", FinishedCell::parameters)
                                .table("parameters", "Trained parameters", ""))));
    }

    private static ClassBars chart(ComparedRuns results) {
        List<ClassBars.Bar> bars = new ArrayList<>();
        for (Column c : results.columns()) {
            List<FinishedCell> cells = results.entries().stream()
                    .filter(e -> e.column().equals(c))
                    .map(e -> e.cell())
                    .toList();
            OptionalDouble speed = cells.stream()
                    .mapToDouble(FinishedCell::clipsPerSecond)
                    .filter(Double::isFinite)
                    .average();
            long min = cells.stream().mapToLong(FinishedCell::parameters).min().orElse(0);
            long max = cells.stream().mapToLong(FinishedCell::parameters).max().orElse(0);
            bars.add(new ClassBars.Bar(
                    c.label(),
                    speed.orElse(Double.NaN),
                    Double.NaN,
                    min == max ? NumberText.count(min) : NumberText.count(min) + " to " + NumberText.count(max),
                    Double.NaN));
        }
        SeriesStyle style = SeriesStyles.at(0);
        return new ClassBars(
                new Caption(
                        "Training speed",
                        "Training clips a second from cached tokens, mean over all cells of the probe; at the right"
                                + " its trained parameters."),
                Axis.linear("clips a second").reaching(0, Double.NaN),
                style,
                "parameters",
                "",
                bars,
                Math.max(1, bars.size()),
                0);
    }

    /** A table with an integer in each cell. */
    private static TableBuilder table(ComparedRuns results, String measure, Function<FinishedCell, Number> number) {
        TableBuilder table = TableBuilder.ofSettings(results.columns(), measure);
        for (Setting s : results.settings()) {
            results.entries(s).forEach(e -> table.csv(s, e.column(), number.apply(e.cell())));
            double[] values = results.columns().stream()
                    .mapToDouble(c -> results.find(s.encoder(), s.dataset(), c)
                            .map(e -> number.apply(e.cell()).doubleValue())
                            .orElse(Double.NaN))
                    .toArray();
            List<TableCell> cells = DoubleStream.of(values)
                    .mapToObj(v -> TableCell.of(Double.isFinite(v) ? NumberText.count(Math.round(v)) : ""))
                    .toList();
            table.row(s, cells);
        }
        return table;
    }
}
