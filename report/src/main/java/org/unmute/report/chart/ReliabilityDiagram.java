package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;

/**
 * Calibration: the accuracy of predictions against their confidence, with the diagonal of a perfectly calibrated
 * classifier and, below, the number of predictions in each bin.
 *
 * @param caption title and description
 * @param style   the bars' colour
 * @param bins    ascending, within 0 to 1
 * @param error   the expected calibration error as a fraction, shown in the figure; NaN for none
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

    private static final double SIDE = 340;
    private static final double STRIP = 90;
    private static final double BETWEEN = 16;
    /** Counts are logarithmic if the largest exceeds the smallest non-zero one by this factor. */
    private static final double UNEVEN = 30;

    /** Draws a square plot of accuracy over confidence, with a strip of counts below it. */
    @Override
    public Drawing draw() {
        Scale accuracy = Scale.of(new Extent(Axis.percent("accuracy").reaching(0, 1)), SIDE, 0, 60);
        Scale counts = Scale.of(new Extent(countAxis()), STRIP, 0, 30);
        double left = Math.max(accuracy.leftWidth(), counts.leftWidth());
        double right = left + SIDE;
        Canvas canvas = new Canvas(caption, right + Canvas.MARGIN + 26);
        double top = canvas.header();
        double bottom = top + SIDE;
        double stripTop = bottom + BETWEEN;
        double stripBottom = stripTop + STRIP;
        accuracy = accuracy.along(bottom, top);
        counts = counts.along(stripBottom, stripTop);
        Scale confidence = Scale.of(new Extent(Axis.percent("confidence").reaching(0, 1)), left, right, 60);
        accuracy.drawLeft(canvas, left, right);
        counts.drawLeft(canvas, left, right);
        for (double tick : confidence.ticks().at()) {
            double x = confidence.at(tick);
            canvas.line(x, top, x, bottom, Canvas.GRID);
        }
        confidence.drawBottom(canvas, stripTop, stripBottom);
        for (Bin b : bins) {
            bars(canvas, b, confidence, accuracy, counts);
        }
        canvas.line(left, bottom, right, top, Style.stroke(ColourRole.SOFT, 1.4).dashed(5));
        for (Bin b : bins) {
            point(canvas, b, confidence, accuracy);
        }
        words(canvas, left, top, right, bottom);
        return canvas.finish(stripBottom + Scale.BELOW + Canvas.MARGIN / 2);
    }

    private Axis countAxis() {
        LongSummaryStatistics some =
                bins.stream().mapToLong(Bin::count).filter(c -> c > 0).summaryStatistics();
        if (some.getMax() > UNEVEN * some.getMin()) {
            // The axis starts below the smallest count, so that its bar is visible.
            return Axis.logarithmic("count (log)").reaching(some.getMin() / 2.0, some.getMax());
        }
        return Axis.linear("count").reaching(0, Math.max(1, some.getMax()));
    }

    private void bars(Canvas canvas, Bin b, Scale confidence, Scale accuracy, Scale counts) {
        if (b.count() == 0) {
            return;
        }
        double x = confidence.at(b.low()) + 1;
        double width = Math.max(1, confidence.at(b.high()) - 1 - x);
        if (accuracy.axis().shows(b.accuracy())) {
            double y = accuracy.at(b.accuracy());
            canvas.rect(
                    x,
                    y,
                    width,
                    Math.max(1, accuracy.from() - y),
                    0,
                    Style.fill(style.colour()).faded(0.35),
                    tip(b));
        }
        double y = counts.at(b.count());
        canvas.rect(
                x,
                y,
                width,
                Math.max(1, counts.from() - y),
                0,
                Style.fill(ColourRole.SOFT).faded(0.7),
                range(b) + ": " + NumberText.count(b.count()) + (b.count() == 1 ? " prediction" : " predictions"));
    }

    private static String range(Bin b) {
        return "confidence " + percent(b.low()) + " to " + percent(b.high());
    }

    private static String tip(Bin b) {
        return range(b) + ": mean " + percent(b.confidence()) + ", accuracy " + percent(b.accuracy());
    }

    private static String percent(double fraction) {
        return NumberText.value(fraction, Axis.Kind.PERCENT);
    }

    private void point(Canvas canvas, Bin b, Scale confidence, Scale accuracy) {
        if (b.count() > 0
                && confidence.axis().shows(b.confidence())
                && accuracy.axis().shows(b.accuracy())) {
            canvas.add(SeriesMarks.point(confidence.at(b.confidence()), accuracy.at(b.accuracy()), 4.5, style, tip(b)));
        }
    }

    private void words(Canvas canvas, double left, double top, double right, double bottom) {
        if (bins.stream().allMatch(b -> b.count() == 0)) {
            canvas.noData(left, top, right, bottom);
        } else if (Double.isFinite(error)) {
            String words = "ECE " + percent(error);
            double width = TextWidth.of(words, Canvas.STRONG);
            Style box = Style.fill(ColourRole.GROUND).edged(ColourRole.GRID, 1);
            canvas.rect(left + 10, top + 10, width + 16, 24, 4, box, null);
            canvas.text(left + 18 + width / 2, top + 26.5, words, Canvas.STRONG, Anchor.MIDDLE, ColourRole.INK);
        }
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("low", "high", "confidence", "accuracy", "count"));
        for (Bin b : bins) {
            rows.add(NumberText.csvLine(b.low(), b.high(), b.confidence(), b.accuracy(), b.count()));
        }
        return rows;
    }
}
