package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.chart.Mark.Spot;

/** The shapes of points, and bars and lines in the look of their series. */
final class Points {
    private static final double[] FILLED = {1, 0.45, 0.3, 0.18, 0.08};

    private Points() {}

    /** A point of a series. */
    static Mark point(double x, double y, double radius, Look look, String tip) {
        double r = look.strong() ? radius * 1.25 : radius;
        Style style = look.hollow()
                ? Style.fill(Role.GROUND).edged(look.colour(), 1.8)
                : Style.fill(look.colour()).edged(Role.GROUND, 1);
        return switch (look.shape()) {
            case CIRCLE -> new Mark.Circle(x, y, r, style, tip);
            case SQUARE -> new Mark.Rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r, 0, style, tip);
            case DIAMOND -> polygon(x, y, 1.25 * r, 4, -90, style, tip);
            case TRIANGLE -> polygon(x, y, 1.3 * r, 3, -90, style, tip);
            case WEDGE -> polygon(x, y, 1.3 * r, 3, 90, style, tip);
        };
    }

    private static Mark polygon(double x, double y, double r, int corners, double first, Style style, String tip) {
        List<Spot> spots = new ArrayList<>();
        for (int i = 0; i < corners; i++) {
            double angle = Math.toRadians(first + 360.0 * i / corners);
            spots.add(new Spot(x + r * Math.cos(angle), y + r * Math.sin(angle)));
        }
        return new Mark.Path(spots, true, style, tip);
    }

    /**
     * A bar of a series: solid; paler with an outline each time the colour comes again; an outline alone for numbers
     * not ours.
     */
    static void bar(Sheet sheet, double x, double y, double width, double height, Look look, String tip) {
        int round = Looks.round(look);
        if (!look.hollow() && round == 0 || Math.min(width, height) < 3) {
            sheet.add(new Mark.Rect(x, y, width, height, 0, Style.fill(look.colour()), tip));
            return;
        }
        // Opaque below, so that grid lines do not show through; the edge lies within the bar, so that neighbours do not
        // touch.
        sheet.add(new Mark.Rect(x, y, width, height, 0, Style.fill(Role.GROUND), look.hollow() ? tip : null));
        if (!look.hollow()) {
            sheet.add(new Mark.Rect(
                    x, y, width, height, 0, Style.fill(look.colour()).faded(FILLED[round]), tip));
        }
        double edge = Math.min(1.5, Math.min(width, height) / 6);
        sheet.add(new Mark.Rect(
                x + edge / 2, y + edge / 2, width - edge, height - edge, 0, Style.stroke(look.colour(), edge), null));
    }

    /** How the lines of a series are drawn. */
    static Style line(Look look) {
        Style solid = Style.stroke(look.colour(), look.strong() ? 2.6 : 1.7);
        return look.dashed() ? solid.dashed(5) : solid;
    }

    /**
     * An error bar on a bar, with a thin rim of the ground where there is room, so that it stands out from the bar's
     * colour.
     */
    static void errorBarOn(Sheet sheet, double x, double high, double low, double foot) {
        if (foot >= 3) {
            errorBar(sheet, x, high, low, foot + 0.8, Style.stroke(Role.GROUND, 3.4));
        }
        errorBar(sheet, x, high, low, foot, Style.stroke(Role.INK, 1.3));
    }

    /** An error bar in a colour of its own. */
    static void errorBar(Sheet sheet, double x, double high, double low, double foot, Paint paint) {
        errorBar(sheet, x, high, low, foot, Style.stroke(paint, 1.3));
    }

    /** The same lying down, on a bar. */
    static void errorBarAlong(Sheet sheet, double y, double low, double high, double foot) {
        for (Style style : List.of(Style.stroke(Role.GROUND, 3.4), Style.stroke(Role.INK, 1.3))) {
            double rim = style.width() > 2 ? 0.8 : 0;
            sheet.add(new Mark.Line(low - rim, y, high + rim, y, style, null));
            sheet.add(new Mark.Line(low, y - foot - rim, low, y + foot + rim, style, null));
            sheet.add(new Mark.Line(high, y - foot - rim, high, y + foot + rim, style, null));
        }
    }

    private static void errorBar(Sheet sheet, double x, double high, double low, double foot, Style style) {
        sheet.add(new Mark.Line(x, high, x, low, style, null));
        sheet.add(new Mark.Line(x - foot, high, x + foot, high, style, null));
        sheet.add(new Mark.Line(x - foot, low, x + foot, low, style, null));
    }
}
