package org.unmute.report.chart;

import org.unmute.report.chart.ReliabilityDiagram.Bin;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;
import org.unmute.report.plot.Axes;
import org.unmute.report.plot.Axis;
import org.unmute.report.plot.Canvas;
import org.unmute.report.plot.Extent;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.Scale;
import org.unmute.report.plot.SeriesMarks;

/** Layout of a {@link ReliabilityDiagram}: a square for accuracy over confidence, a strip below it for the counts. */
final class ReliabilityDiagramLayout {
    private static final double SIDE = 340;
    private static final double STRIP = 90;
    private static final double BETWEEN = 16;
    /** Counts are logarithmic if the largest exceeds the smallest non-zero one by this factor. */
    private static final double UNEVEN = 30;

    private final ReliabilityDiagram chart;

    ReliabilityDiagramLayout(ReliabilityDiagram chart) {
        this.chart = chart;
    }

    Drawing draw() {
        Axis fraction = Axis.percent("accuracy").reaching(0, 1);
        Scale accuracy = Scale.of(fraction, new Extent(fraction), SIDE, 0, 60);
        Scale counts = counts();
        double left = Math.max(Axes.leftWidth(accuracy), Axes.leftWidth(counts));
        double right = left + SIDE;
        Canvas canvas = new Canvas(chart.caption(), right + Canvas.MARGIN + 26);
        double top = canvas.header();
        double bottom = top + SIDE;
        double stripTop = bottom + BETWEEN;
        double stripBottom = stripTop + STRIP;
        accuracy = accuracy.along(bottom, top);
        counts = counts.along(stripBottom, stripTop);
        Axis along = Axis.percent("confidence").reaching(0, 1);
        Scale confidence = Scale.of(along, new Extent(along), left, right, 60);
        Axes.left(canvas, accuracy, left, right);
        Axes.left(canvas, counts, left, right);
        for (double tick : confidence.ticks()) {
            double x = confidence.at(tick);
            canvas.add(new Element.Line(x, top, x, bottom, Style.stroke(ColourRole.GRID, 1), null));
        }
        Axes.bottom(canvas, confidence, stripTop, stripBottom);
        for (Bin b : chart.bins()) {
            bars(canvas, b, confidence, accuracy, counts);
        }
        canvas.add(new Element.Line(
                left, bottom, right, top, Style.stroke(ColourRole.SOFT, 1.4).dashed(5), null));
        for (Bin b : chart.bins()) {
            point(canvas, b, confidence, accuracy);
        }
        words(canvas, left, top, right, bottom);
        return canvas.finish(stripBottom + Axes.BELOW + Canvas.MARGIN / 2);
    }

    private Scale counts() {
        double[] some = chart.bins().stream()
                .mapToDouble(Bin::count)
                .filter(c -> c > 0)
                .sorted()
                .toArray();
        if (some.length > 0 && some[some.length - 1] > UNEVEN * some[0]) {
            // The axis starts below the smallest count, so that its bar is visible.
            Axis axis = Axis.logarithmic("count (log)").reaching(some[0] / 2, some[some.length - 1]);
            return Scale.of(axis, new Extent(axis), STRIP, 0, 30);
        }
        Axis axis = Axis.linear("count").reaching(0, some.length > 0 ? some[some.length - 1] : 1);
        return Scale.of(axis, new Extent(axis), STRIP, 0, 30);
    }

    private void bars(Canvas canvas, Bin b, Scale confidence, Scale accuracy, Scale counts) {
        if (b.count() == 0) {
            return;
        }
        double x = confidence.at(b.low()) + 1;
        double width = Math.max(1, confidence.at(b.high()) - 1 - x);
        if (accuracy.shows(b.accuracy())) {
            double y = accuracy.at(b.accuracy());
            canvas.add(new Element.Rect(
                    x,
                    y,
                    width,
                    Math.max(1, accuracy.from() - y),
                    0,
                    Style.fill(chart.style().colour()).faded(0.35),
                    tip(b)));
        }
        double y = counts.at(b.count());
        canvas.add(new Element.Rect(
                x,
                y,
                width,
                Math.max(1, counts.from() - y),
                0,
                Style.fill(ColourRole.SOFT).faded(0.7),
                range(b) + ": " + NumberText.count(b.count()) + (b.count() == 1 ? " prediction" : " predictions")));
    }

    private static String range(Bin b) {
        return "confidence " + NumberText.value(b.low(), Axis.Kind.PERCENT) + " to "
                + NumberText.value(b.high(), Axis.Kind.PERCENT);
    }

    private static String tip(Bin b) {
        return range(b) + ": mean " + NumberText.value(b.confidence(), Axis.Kind.PERCENT) + ", accuracy "
                + NumberText.value(b.accuracy(), Axis.Kind.PERCENT);
    }

    private void point(Canvas canvas, Bin b, Scale confidence, Scale accuracy) {
        if (b.count() > 0 && confidence.shows(b.confidence()) && accuracy.shows(b.accuracy())) {
            canvas.add(SeriesMarks.point(
                    confidence.at(b.confidence()), accuracy.at(b.accuracy()), 4.5, chart.style(), tip(b)));
        }
    }

    private void words(Canvas canvas, double left, double top, double right, double bottom) {
        if (chart.bins().stream().allMatch(b -> b.count() == 0)) {
            canvas.noData(left, top, right, bottom);
        } else if (Double.isFinite(chart.error())) {
            String words = "ECE " + NumberText.value(chart.error(), Axis.Kind.PERCENT);
            double width = TextWidth.of(words, Canvas.STRONG);
            canvas.add(new Element.Rect(
                    left + 10,
                    top + 10,
                    width + 16,
                    24,
                    4,
                    Style.fill(ColourRole.GROUND).edged(ColourRole.GRID, 1),
                    null));
            canvas.text(left + 18 + width / 2, top + 26.5, words, Canvas.STRONG, Anchor.MIDDLE, ColourRole.INK);
        }
    }
}
