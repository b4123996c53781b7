package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.chart.Axis.Kind;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.TextWidth;

/**
 * Maps the numbers of an axis to pixels, and draws the axis: grid lines, tick labels and title.
 *
 * @param from the pixel of {@code low}
 * @param to   the pixel of {@code high}
 */
record Scale(Axis axis, Ticks ticks, double low, double high, double from, double to) {
    /** Height of a horizontal axis including its title. */
    static final double BELOW = 46;

    private static final double TITLE_WIDTH = 24;

    /**
     * A scale for all numbers of an extent.
     *
     * @param from   the pixel of the smallest number
     * @param to     the pixel of the largest number
     * @param spaced the minimum distance between ticks in pixels
     */
    static Scale of(Extent extent, double from, double to, double spaced) {
        int max = Math.max(2, (int) (Math.abs(to - from) / spaced) + 1);
        if (extent.axis().kind() == Kind.LOGARITHMIC) {
            double decades = Math.log10(extent.high()) - Math.log10(extent.low());
            double beyond = Math.max(0.06 * decades, (Ticks.SHORTEST - decades) / 2);
            double low = extent.low() * Math.pow(10, -beyond);
            double high = extent.high() * Math.pow(10, beyond);
            return new Scale(extent.axis(), Ticks.logarithmic(low, high, max), low, high, from, to);
        }
        Ticks ticks = Ticks.linear(extent.low(), extent.high(), max);
        return new Scale(extent.axis(), ticks, ticks.first(), ticks.last(), from, to);
    }

    /** A copy over another range of pixels. */
    Scale along(double newFrom, double newTo) {
        return new Scale(axis, ticks, low, high, newFrom, newTo);
    }

    /** The pixel of a number, clamped to the ends. */
    double at(double value) {
        double share = axis.kind() == Kind.LOGARITHMIC
                ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
                : (value - low) / (high - low);
        return from + Math.clamp(share, 0, 1) * (to - from);
    }

    /** The pixel of 0; on a logarithmic axis, its low end. */
    double base() {
        return axis.kind() == Kind.LOGARITHMIC ? from : at(0);
    }

    /** The label of each tick. */
    List<String> labels() {
        List<String> labels = new ArrayList<>();
        double largest = Math.max(Math.abs(ticks.first()), Math.abs(ticks.last()));
        for (double tick : ticks.at()) {
            labels.add(
                    switch (axis.kind()) {
                        case LINEAR -> NumberText.tick(tick, ticks.step(), largest);
                        case PERCENT, POINTS -> NumberText.tick(100 * tick, 100 * ticks.step(), 100 * largest);
                        case LOGARITHMIC -> NumberText.decade(tick);
                    });
        }
        return labels;
    }

    /** The title of the axis, with its unit. */
    private String title() {
        return switch (axis.kind()) {
            case PERCENT -> axis.label() + " (%)";
            case POINTS -> axis.label() + " (pp)";
            case LINEAR, LOGARITHMIC -> axis.label();
        };
    }

    /** Width of a vertical axis including its title. */
    double leftWidth() {
        return Canvas.MARGIN + TITLE_WIDTH + TextWidth.widest(labels(), Canvas.SMALL) + 8;
    }

    /** Draws a vertical axis with grid lines. */
    void drawLeft(Canvas canvas, double left, double right) {
        List<String> labels = labels();
        for (int i = 0; i < labels.size(); i++) {
            double y = at(ticks.at()[i]);
            canvas.line(left, y, right, y, ticks.at()[i] == 0 ? Canvas.EDGE : Canvas.GRID);
            canvas.text(left - 8, y + 4, labels.get(i), Canvas.SMALL, Anchor.END, ColourRole.SOFT);
        }
        double x = left - 8 - TextWidth.widest(labels, Canvas.SMALL) - 12;
        canvas.upright(x, (from + to) / 2, title(), Canvas.LABEL, Math.abs(from - to) + 40);
    }

    /** Draws a horizontal axis with grid lines. */
    void drawBottom(Canvas canvas, double top, double bottom) {
        List<String> labels = labels();
        for (int i = 0; i < labels.size(); i++) {
            double x = at(ticks.at()[i]);
            canvas.line(x, top, x, bottom, Canvas.GRID);
            canvas.text(x, bottom + 17, labels.get(i), Canvas.SMALL, Anchor.MIDDLE, ColourRole.SOFT);
        }
        canvas.fitted(
                (from + to) / 2, bottom + 38, title(), Canvas.LABEL, Anchor.MIDDLE, ColourRole.SOFT, to - from + 40);
        canvas.line(from, bottom, to, bottom, Canvas.EDGE);
    }
}
