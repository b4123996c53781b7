package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.chart.Mark.Spot;

/** The shapes of points, and bars and lines in the look of their series. */
final class Points {
    private Points() {
    }

    /** A point of a series. */
    static Mark point(double x, double y, double radius, Look look, String tip) {
        double r = look.strong() ? radius * 1.25 : radius;
        Style style = look.hollow() ? Style.fill(Role.GROUND).edged(look.colour(), 1.8) : Style.fill(look.colour()).edged(Role.GROUND, 1);
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

    /** How the bars of a series are filled: solid, or pale with an outline where the colour comes a second time. */
    static Style bar(Look look) {
        if (look.hollow()) {
            return Style.fill(Role.GROUND).edged(look.colour(), 1.5);
        }
        if (look.shape() == Look.Shape.CIRCLE || look.colour() instanceof Role r && isPrototype(r)) {
            return Style.fill(look.colour());
        }
        Style pale = Style.fill(look.colour()).edged(look.colour(), 2).faded(0.5);
        return look.dashed() ? pale : pale.dashed(3);
    }

    private static boolean isPrototype(Role role) {
        return role == Role.PROTOBIN || role == Role.PROTO || role == Role.PROTOFLOAT;
    }

    /** How the lines of a series are drawn. */
    static Style line(Look look) {
        Style solid = Style.stroke(look.colour(), look.strong() ? 2.6 : 1.7);
        return look.dashed() ? solid.dashed(5) : solid;
    }

    /** An error bar around a place, upright, with feet. */
    static void errorBar(Sheet sheet, double x, double high, double low, double foot, Paint paint) {
        Style style = Style.stroke(paint, 1.3);
        sheet.add(new Mark.Line(x, high, x, low, style, null));
        sheet.add(new Mark.Line(x - foot, high, x + foot, high, style, null));
        sheet.add(new Mark.Line(x - foot, low, x + foot, low, style, null));
    }
}
