package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.ResultCell;
import org.unmute.experiments.results.Results;
import org.unmute.experiments.results.Results.Setting;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.ClassBars;
import org.unmute.report.chart.NumberText;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.chart.SeriesStyles;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;

/** Training clips per second, and the number of parameters. */
final class SpeedSection {
    private SpeedSection() {}

    static Section of(Results results) {
        return new Section(
                "speed",
                "Speed and size",
                List.of(
                        new Block.Figure("speed", chart(results), true),
                        new Block.DataTable(speeds(results)),
                        new Block.DataTable(parameters(results))));
    }

    private static ClassBars chart(Results results) {
        List<ClassBars.Bar> bars = new ArrayList<>();
        for (Column c : results.columns()) {
            List<ResultCell> cells = results.entries().stream()
                    .filter(e -> e.column().equals(c))
                    .map(e -> e.cell())
                    .toList();
            OptionalDouble speed = cells.stream()
                    .mapToDouble(ResultCell::clipsPerSecond)
                    .filter(Double::isFinite)
                    .average();
            long min = cells.stream().mapToLong(ResultCell::parameters).min().orElse(0);
            long max = cells.stream().mapToLong(ResultCell::parameters).max().orElse(0);
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

    private static Table speeds(Results results) {
        List<List<String>> csv = new ArrayList<>();
        csv.add(List.of("dataset", "encoder", "probe", "clips_per_second"));
        results.settings()
                .forEach(s -> results.entries(s)
                        .forEach(e -> csv.add(List.of(
                                s.dataset().key(),
                                s.encoder().key(),
                                e.column().label(),
                                CellFormat.full(e.cell().clipsPerSecond())))));
        List<TableRow> rows = new ArrayList<>();
        for (Setting s : results.settings()) {
            double[] values = results.columns().stream()
                    .mapToDouble(c -> results.find(s.encoder(), s.dataset(), c)
                            .map(e -> e.cell().clipsPerSecond())
                            .orElse(Double.NaN))
                    .toArray();
            List<TableCell> cells = new ArrayList<>();
            for (double v : values) {
                cells.add(TableCell.of(Double.isFinite(v) ? NumberText.count(Math.round(v)) : ""));
            }
            rows.add(TableRow.of(s.dataset().title(), s.encoder().title(), CellFormat.best(cells, values, true)));
        }
        return new Table(
                "speed",
                "Training clips a second",
                "From cached tokens, forward and backward, mean over the seeds. Cells that ran at the same time share"
                        + " the machine's cores, so compare within a run only.",
                headings(results),
                rows,
                csv);
    }

    private static Table parameters(Results results) {
        List<TableRow> rows = new ArrayList<>();
        for (Setting s : results.settings()) {
            rows.add(TableRow.of(
                    s.dataset().title(),
                    s.encoder().title(),
                    results.columns().stream()
                            .map(c -> results.find(s.encoder(), s.dataset(), c)
                                    .map(e -> TableCell.of(
                                            NumberText.count(e.cell().parameters())))
                                    .orElse(TableCell.NONE))
                            .toList()));
        }
        List<List<String>> csv = new ArrayList<>();
        csv.add(List.of("dataset", "encoder", "probe", "parameters"));
        results.settings()
                .forEach(s -> results.entries(s)
                        .forEach(e -> csv.add(List.of(
                                s.dataset().key(),
                                s.encoder().key(),
                                e.column().label(),
                                "" + e.cell().parameters()))));
        return new Table("parameters", "Trained parameters", "", headings(results), rows, csv);
    }

    private static List<String> headings(Results results) {
        List<String> headings = new ArrayList<>(List.of("Encoder"));
        results.columns().forEach(c -> headings.add(c.label()));
        return headings;
    }
}
