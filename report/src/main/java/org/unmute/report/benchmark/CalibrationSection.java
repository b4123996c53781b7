package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.unmute.benchmark.results.CalibrationBin;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Entry;
import org.unmute.report.chart.ReliabilityDiagram;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;

/** Calibration: the expected calibration error of each cell and its reliability diagram. */
final class CalibrationSection {
    /** With more settings than this, the page shows the diagrams of only two probes; the files contain all of them. */
    private static final int MAX_SETTINGS = 4;

    private static final Set<String> ALWAYS = Set.of("linear", "protobin");

    private CalibrationSection() {}

    static Section of(ComparedRuns results) {
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

    private static Block.Figure figure(ComparedRuns results, Setting s, Entry e, boolean inPage) {
        List<ReliabilityDiagram.Bin> bins = e.detail().calibration().stream()
                .map(b -> new ReliabilityDiagram.Bin(b.low(), b.high(), b.confidence(), b.accuracy(), b.count()))
                .toList();
        return new Block.Figure(
                "calibration-"
                        + BenchmarkReport.fileId(s.key() + "-" + e.column().label()),
                new ReliabilityDiagram(
                        new Caption(
                                e.column().label() + ", " + s.title(),
                                "Predictions of all seeds by their confidence; on the diagonal, scores are"
                                        + " probabilities."),
                        BenchmarkReport.styles(results).get(e.column().label()),
                        bins,
                        e.detail().calibrationError()),
                inPage);
    }

    private static Table table(ComparedRuns results) {
        TableBuilder table = TableBuilder.ofSettings(
                results.columns(),
                "bin_low",
                "bin_high",
                "confidence",
                "accuracy",
                "count",
                "expected_calibration_error");
        for (Setting s : results.settings()) {
            double[] errors = results.columns().stream()
                    .mapToDouble(c -> results.find(s.encoder(), s.dataset(), c)
                            .map(e -> e.detail().calibrationError())
                            .orElse(Double.NaN))
                    .toArray();
            table.row(s, CellFormat.percents(errors));
            for (Entry e : results.entries(s)) {
                for (CalibrationBin b : e.detail().calibration()) {
                    table.csv(
                            s,
                            e.column(),
                            b.low(),
                            b.high(),
                            b.confidence(),
                            b.accuracy(),
                            b.count(),
                            e.detail().calibrationError());
                }
            }
        }
        return table.table(
                "calibration",
                "Expected calibration error",
                "Percent, lower is better: over bins of equal width, the share of predictions times the distance"
                        + " between accuracy and mean confidence, predictions of all seeds together.");
    }
}
