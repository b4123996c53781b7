package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Spot;
import org.unmute.report.drawing.Paint;
import org.unmute.report.drawing.Style;

/** Draws points, bars, lines and error bars in the style of their series. */
final class SeriesMarks {
    private static final double[] FILLED = {1, 0.45, 0.3, 0.18, 0.08};

    private static final double STEM = 1.3;
    private static final Style RIM = Style.stroke(ColourRole.GROUND, 3.4);

    private SeriesMarks() {}

    /** A point of a series. */
    static Element point(double x, double y, double radius, SeriesStyle series, String tip) {
        double r = series.strong() ? radius * 1.25 : radius;
        Style style = series.hollow()
                ? Style.fill(ColourRole.GROUND).edged(series.colour(), 1.8)
                : Style.fill(series.colour()).edged(ColourRole.GROUND, 1);
        return switch (series.shape()) {
            case CIRCLE -> new Element.Circle(x, y, r, style, tip);
            case SQUARE -> new Element.Rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r, 0, style, tip);
            case DIAMOND -> polygon(x, y, 1.25 * r, 4, -90, style, tip);
            case TRIANGLE -> polygon(x, y, 1.3 * r, 3, -90, style, tip);
            case WEDGE -> polygon(x, y, 1.3 * r, 3, 90, style, tip);
        };
    }

    private static Element polygon(double x, double y, double r, int corners, double first, Style style, String tip) {
        List<Spot> spots = new ArrayList<>();
        for (int i = 0; i < corners; i++) {
            double angle = Math.toRadians(first + 360.0 * i / corners);
            spots.add(new Spot(x + r * Math.cos(angle), y + r * Math.sin(angle)));
        }
        return new Element.Path(spots, true, style, tip);
    }

    /** Draws a bar: solid for the first series of a colour, paler and outlined for each further series. */
    static void bar(Canvas canvas, double x, double y, double width, double height, SeriesStyle series, String tip) {
        int round = SeriesStyles.round(series);
        if (round == 0 || Math.min(width, height) < 3) {
            canvas.rect(x, y, width, height, 0, Style.fill(series.colour()), tip);
            return;
        }
        // An opaque base hides the grid lines; the outline is inset, so that neighbouring bars do not touch.
        canvas.rect(x, y, width, height, 0, Style.fill(ColourRole.GROUND), null);
        canvas.rect(x, y, width, height, 0, Style.fill(series.colour()).faded(FILLED[round]), tip);
        double edge = Math.min(1.5, Math.min(width, height) / 6);
        canvas.rect(
                x + edge / 2, y + edge / 2, width - edge, height - edge, 0, Style.stroke(series.colour(), edge), null);
    }

    /** The line style of a series. */
    static Style line(SeriesStyle series) {
        Style solid = Style.stroke(series.colour(), series.strong() ? 2.6 : 1.7);
        return series.dashed() ? solid.dashed(5) : solid;
    }

    /** Draws an error bar on a bar. If wide enough, it has a rim in the background colour to stand out. */
    static void errorBarOn(Canvas canvas, double x, double high, double low, double foot) {
        if (foot >= 3) {
            errorBar(canvas, x, high, low, foot + 0.8, RIM);
        }
        errorBar(canvas, x, high, low, foot, Style.stroke(ColourRole.INK, STEM));
    }

    /** Draws an error bar in the given colour. */
    static void errorBar(Canvas canvas, double x, double high, double low, double foot, Paint paint) {
        errorBar(canvas, x, high, low, foot, Style.stroke(paint, STEM));
    }

    private static void errorBar(Canvas canvas, double x, double high, double low, double foot, Style style) {
        canvas.line(x, high, x, low, style);
        canvas.line(x - foot, high, x + foot, high, style);
        canvas.line(x - foot, low, x + foot, low, style);
    }

    /** Draws a horizontal error bar on a bar. */
    static void errorBarAlong(Canvas canvas, double y, double low, double high, double foot) {
        errorBarAlong(canvas, y, low, high, foot, 0.8, RIM);
        errorBarAlong(canvas, y, low, high, foot, 0, Style.stroke(ColourRole.INK, STEM));
    }

    private static void errorBarAlong(
            Canvas canvas, double y, double low, double high, double foot, double rim, Style style) {
        canvas.line(low - rim, y, high + rim, y, style);
        canvas.line(low, y - foot - rim, low, y + foot + rim, style);
        canvas.line(high, y - foot - rim, high, y + foot + rim, style);
    }
}
