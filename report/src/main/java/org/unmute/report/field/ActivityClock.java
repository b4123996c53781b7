package org.unmute.report.field;

import static org.unmute.report.drawing.Markup.escape;

import java.util.Locale;
import org.unmute.events.field.FieldSummary;
import org.unmute.report.chart.NumberText;
import org.unmute.report.page.Html;

/** The hours of a day around a circle, midnight above: how many events of a class an hour of sound has in each. */
final class ActivityClock {
    private static final int HOURS = 24;
    private static final double INNER = 26;
    private static final double OUTER = 80;
    private static final double TEXT = 91;

    private ActivityClock() {}

    /** Adds the clock of a class. */
    static void add(Html html, FieldSummary.OfClass type, double[] sound) {
        double most = 0;
        int peak = 0;
        for (int h = 0; h < HOURS; h++) {
            double rate = sound[h] == 0 ? 0 : type.byHour()[h] / sound[h];
            if (rate > most) {
                most = rate;
                peak = h;
            }
        }
        String shown = Html.number(most, most >= 10 ? 0 : most >= 1 ? 1 : 2);
        html.line(
                "<figure class=\"clock\"><figcaption><b>%s</b> %s, at most %s an hour (%d:00)</figcaption>",
                escape(type.name()),
                NumberText.count(type.events()) + (type.events() == 1 ? " event" : " events"),
                shown,
                peak);
        html.line(
                "<svg viewBox=\"-104 -104 208 208\" role=\"img\" aria-label=\"%s by hour of the day: at most %s an hour"
                        + " of sound, from %d to %d o'clock\">",
                escape(type.name()), shown, peak, peak + 1);
        for (int h = 0; h < HOURS; h++) {
            html.line("<path class=\"%s\" d=\"%s\"/>", sound[h] == 0 ? "silent" : "hour", sector(h, INNER, OUTER));
            if (type.byHour()[h] > 0 && sound[h] > 0) {
                double to = INNER + (OUTER - INNER) * (type.byHour()[h] / sound[h]) / most;
                html.line("<path class=\"events\" d=\"%s\"/>", sector(h, INNER, to));
            }
        }
        for (int h = 0; h < HOURS; h += 3) {
            double angle = Math.PI * 2 * h / HOURS;
            html.line(
                    "<text x=\"%s\" y=\"%s\">%d</text>",
                    decimal(TEXT * Math.sin(angle)), decimal(-TEXT * Math.cos(angle) + 4), h);
        }
        html.line("</svg></figure>");
    }

    /** A ring's sector from one hour to the next. */
    private static String sector(int hour, double inner, double outer) {
        double from = Math.PI * 2 * (hour + 0.04) / HOURS;
        double to = Math.PI * 2 * (hour + 0.96) / HOURS;
        return "M" + point(from, inner) + "L" + point(from, outer) + "A" + decimal(outer) + " " + decimal(outer)
                + " 0 0 1 " + point(to, outer) + "L" + point(to, inner) + "A" + decimal(inner) + " " + decimal(inner)
                + " 0 0 0 " + point(from, inner) + "Z";
    }

    private static String point(double angle, double radius) {
        return decimal(radius * Math.sin(angle)) + " " + decimal(-radius * Math.cos(angle));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
