package org.unmute.report.field;

import static org.unmute.report.drawing.Markup.escape;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.unmute.events.field.FieldSummary;
import org.unmute.report.page.ColourMap;
import org.unmute.report.page.Html;

/**
 * Sites and days as a field of colours: events an hour of sound; days without sound are empty. Of long studies a column
 * is several days.
 */
final class FieldCalendar {
    private static final int MOST_COLUMNS = 124;
    private static final int CELL = 10;
    private static final int MOST_SITES = 60;
    private static final int LABELS = 6;

    private final FieldSummary summary;
    private final int days;
    private final int step;
    private final int columns;

    FieldCalendar(FieldSummary summary) {
        this.summary = summary;
        days = (int) ChronoUnit.DAYS.between(summary.first(), summary.last()) + 1;
        step = Math.ceilDiv(days, MOST_COLUMNS);
        columns = Math.ceilDiv(days, step);
    }

    /** What a column is, and which sites are left out. */
    String note() {
        String width = step == 1 ? "A column is a day" : "A column is " + step + " days";
        int sites = summary.sites().size();
        return width + "; colours are events an hour of sound, and an empty cell has no sound."
                + (sites > MOST_SITES ? " The first " + MOST_SITES + " of " + sites + " sites by name." : "");
    }

    /**
     * Adds the field of some events.
     *
     * @param events by site and day
     */
    void add(Html html, String label, long[][] events) {
        List<FieldSummary.Site> sites =
                summary.sites().subList(0, Math.min(MOST_SITES, summary.sites().size()));
        double most = 0;
        double[][] rates = new double[sites.size()][columns];
        for (int s = 0; s < sites.size(); s++) {
            for (int c = 0; c < columns; c++) {
                rates[s][c] = rate(sites.get(s).hours(), events[s], c);
                most = Math.max(most, Double.isNaN(rates[s][c]) ? 0 : rates[s][c]);
            }
        }
        html.line(
                "<div class=\"calendar\" role=\"img\" aria-label=\"%s: at most %s an hour on a day of a site; the table"
                        + " activity.csv has all numbers\">",
                escape(label), number(most));
        for (int s = 0; s < sites.size(); s++) {
            html.line(
                    "<span class=\"name\">%s</span><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">%s</svg>",
                    name(sites.get(s)), columns * CELL, CELL, cells(rates[s], most));
        }
        html.line("<span></span><span class=\"x\">%s</span>", ticks());
        html.line("</div>");
        html.line(
                "<p class=\"legend\" aria-hidden=\"true\"><span>0</span><span class=\"ramp\"></span><span>%s events an"
                        + " hour</span></p>",
                number(most));
    }

    static String name(FieldSummary.Site site) {
        return site.name().isEmpty() ? "<i>no site</i>" : escape(site.name());
    }

    private double rate(double[] hours, long[] events, int column) {
        double sound = 0;
        long count = 0;
        for (int d = column * step; d < Math.min(days, (column + 1) * step); d++) {
            sound += hours[d];
            count += events[d];
        }
        return sound == 0 ? Double.NaN : count / sound;
    }

    private static String cells(double[] rates, double most) {
        StringBuilder cells = new StringBuilder();
        for (int c = 0; c < rates.length; c++) {
            if (!Double.isNaN(rates[c])) {
                double at = most == 0 ? 0 : Math.sqrt(rates[c] / most);
                cells.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%d\" width=\"%s\" height=\"%d\" fill=\"#%06x\"/>",
                        c * CELL,
                        "9.5",
                        CELL,
                        ColourMap.SEQUENTIAL.rgb(at)));
            }
        }
        return cells.toString();
    }

    private String ticks() {
        StringBuilder ticks = new StringBuilder();
        int between = Math.max(1, Math.ceilDiv(columns, LABELS));
        // A label needs the width of its text, so none begins near the end.
        for (int c = 0; c == 0 || c + between * 2 / 3 < columns; c += between) {
            LocalDate day = summary.first().plusDays((long) c * step);
            ticks.append(
                    String.format(Locale.ROOT, "<i style=\"left:%s\">%s</i>", Html.percent((double) c / columns), day));
        }
        return ticks.toString();
    }

    private static String number(double value) {
        return Html.number(value, value >= 10 ? 0 : value >= 1 ? 1 : 2);
    }
}
