package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.unmute.experiments.results.CalibrationBin;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.Entry;
import org.unmute.experiments.results.Results;
import org.unmute.experiments.results.Results.Setting;
import org.unmute.report.chart.ReliabilityDiagram;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;

/** Calibration: the expected calibration error of each cell and its reliability diagram. */
final class CalibrationSection {
    /** With more settings than this, the page shows the diagrams of two probes; the files have all. */
    private static final int MAX_SETTINGS = 4;

    private static final Set<String> ALWAYS = Set.of("linear", "protobin");

    private CalibrationSection() {}

    static Section of(Results results) {
        List<Block> blocks = new ArrayList<>(List.of(new Block.DataTable(table(results))));
        List<Setting> settings = results.settings();
        for (Setting s : settings) {
            List<Block.Figure> figures = results.entries(s).stream()
                    .filter(e -> Double.isFinite(e.detail().calibrationError()))
                    .map(e -> figure(
                            results,
                            s,
                            e,
                            settings.size() <= MAX_SETTINGS
                                    || ALWAYS.contains(e.column().label())))
                    .toList();
            blocks.add(new Block.Collapsible(
                    "Reliability diagrams, " + s.title(), false, List.of(new Block.SideBySide(figures))));
        }
        return new Section("calibration", "Calibration", blocks);
    }

    private static Block.Figure figure(Results results, Setting s, Entry e, boolean inPage) {
        List<ReliabilityDiagram.Bin> bins = new ArrayList<>();
        for (CalibrationBin b : e.detail().calibration()) {
            bins.add(new ReliabilityDiagram.Bin(b.low(), b.high(), b.confidence(), b.accuracy(), b.count()));
        }
        return new Block.Figure(
                "calibration-" + FileIds.of(s.key() + "-" + e.column().label()),
                new ReliabilityDiagram(
                        new Caption(
                                e.column().label() + ", " + s.title(),
                                "Predictions of all seeds by their confidence; on the diagonal, scores are"
                                        + " probabilities."),
                        ColumnStyles.of(results).get(e.column()),
                        bins,
                        e.detail().calibrationError()),
                inPage);
    }

    private static Table table(Results results) {
        List<String> headings = new ArrayList<>(List.of("Encoder"));
        results.columns().forEach(c -> headings.add(c.label()));
        List<TableRow> rows = new ArrayList<>();
        List<List<String>> csv = new ArrayList<>();
        csv.add(List.of(
                "dataset",
                "encoder",
                "probe",
                "bin_low",
                "bin_high",
                "confidence",
                "accuracy",
                "count",
                "expected_calibration_error"));
        for (Setting s : results.settings()) {
            List<TableCell> cells = new ArrayList<>();
            double[] errors = new double[results.columns().size()];
            for (int c = 0; c < errors.length; c++) {
                Column column = results.columns().get(c);
                errors[c] = results.find(s.encoder(), s.dataset(), column)
                        .map(e -> e.detail().calibrationError())
                        .orElse(Double.NaN);
                cells.add(TableCell.of(CellFormat.percent(errors[c])));
            }
            rows.add(TableRow.of(s.dataset().title(), s.encoder().title(), CellFormat.best(cells, errors, false)));
            for (Entry e : results.entries(s)) {
                for (CalibrationBin b : e.detail().calibration()) {
                    csv.add(List.of(
                            s.dataset().key(),
                            s.encoder().key(),
                            e.column().label(),
                            CellFormat.full(b.low()),
                            CellFormat.full(b.high()),
                            CellFormat.full(b.confidence()),
                            CellFormat.full(b.accuracy()),
                            "" + b.count(),
                            CellFormat.full(e.detail().calibrationError())));
                }
            }
        }
        return new Table(
                "calibration",
                "Expected calibration error",
                "Percent, lower is better: over bins of equal width, the share of predictions times the distance"
                        + " between accuracy and mean confidence, predictions of all seeds together.",
                headings,
                rows,
                csv);
    }
}
