package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.SeriesStyle;

/**
 * Calibration: the accuracy of predictions against their confidence, with the diagonal of a calibrated classifier and,
 * below, the number of predictions in each bin.
 *
 * @param caption title and description
 * @param style   the bars' colour
 * @param bins    ascending, within 0 to 1
 * @param error   the expected calibration error as a fraction, written into the figure; NaN for none
 */
public record ReliabilityDiagram(Caption caption, SeriesStyle style, List<Bin> bins, double error) implements Chart {
    /**
     * Predictions of similar confidence.
     *
     * @param low        lower end of the bin
     * @param high       upper end of the bin
     * @param confidence their mean confidence; NaN if there are none
     * @param accuracy   the fraction of correct predictions; NaN if there are none
     * @param count      number of predictions
     */
    public record Bin(double low, double high, double confidence, double accuracy, long count) {}

    /**
     * Checks the bins.
     *
     * @throws IllegalArgumentException if a bin does not lie within 0 to 1 or has a negative count
     */
    public ReliabilityDiagram {
        bins = List.copyOf(bins);
        for (Bin b : bins) {
            if (!(b.low() >= 0 && b.high() > b.low() && b.high() <= 1) || b.count() < 0) {
                throw new IllegalArgumentException("reliability diagram: a bin is from " + b.low() + " to " + b.high()
                        + " with " + b.count() + " predictions: give bins within 0 to 1 and counts from 0");
            }
        }
    }

    @Override
    public Drawing draw() {
        return new ReliabilityDiagramLayout(this).draw();
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("low", "high", "confidence", "accuracy", "count"));
        for (Bin b : bins) {
            rows.add(List.of(
                    NumberText.csv(b.low()),
                    NumberText.csv(b.high()),
                    NumberText.csv(b.confidence()),
                    NumberText.csv(b.accuracy()),
                    Long.toString(b.count())));
        }
        return rows;
    }
}
