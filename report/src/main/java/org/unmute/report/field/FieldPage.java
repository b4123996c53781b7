package org.unmute.report.field;

import static org.unmute.report.drawing.Markup.escape;

import java.util.List;
import java.util.stream.Collectors;
import org.unmute.events.field.FieldSummary;
import org.unmute.report.chart.NumberText;
import org.unmute.report.page.Fact;
import org.unmute.report.page.Html;
import org.unmute.report.page.Page;
import org.unmute.report.page.TimeText;

/**
 * A summary of recordings from the field as one self-contained HTML page without scripts: sites, a calendar of sites
 * and days, and a clock of each class's activity. The same summary gives the same bytes.
 */
public final class FieldPage {
    private static final int MOST_CLOCKS = 24;
    private static final int MOST_SITES = 500;
    private static final double HOUR = 3600;

    private FieldPage() {}

    /**
     * Renders the page.
     *
     * @param cautions what readers must know before they look at a number
     * @param facts how the events were found
     */
    public static String html(String title, FieldSummary summary, List<String> cautions, List<Fact> facts) {
        String style = "<style>" + Page.styleSheet(FieldPage.class, "field.css") + "</style>";
        String first = cautions.stream().map(c -> " Note: " + c + ".").collect(Collectors.joining());
        return new Page(title, heading(summary) + first)
                .section("sites", "Sites", style + sites(summary))
                .section("calendar", "Calendar", calendar(summary))
                .section("clock", "Time of day", clocks(summary))
                .section("made", "How this was made", new Html().facts(facts).toString())
                .htmlWithContents();
    }

    private static String heading(FieldSummary summary) {
        return count(summary.events(), "event") + " in " + TimeText.length(summary.hours() * HOUR) + " of sound, "
                + count(summary.recordings(), "recording") + " of "
                + count(summary.sites().size(), "site") + " from "
                + summary.first() + " to " + summary.last() + "."
                + (summary.undated() == 0
                        ? ""
                        : " Of " + count(summary.undated(), "more recording")
                                + " it is not known when they were made: undated.csv.");
    }

    private static String count(long n, String what) {
        return NumberText.count(n) + " " + what + (n == 1 ? "" : "s");
    }

    private static String sites(FieldSummary summary) {
        Html html = new Html();
        html.line("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Site</th>"
                + "<th scope=\"col\">Recordings</th><th scope=\"col\">Sound</th><th scope=\"col\">Days</th>"
                + "<th scope=\"col\">Events</th><th scope=\"col\">Events an hour</th><th scope=\"col\">Latitude</th>"
                + "<th scope=\"col\">Longitude</th></tr></thead><tbody>");
        List<FieldSummary.Site> all = summary.sites();
        for (FieldSummary.Site site : all.subList(0, Math.min(MOST_SITES, all.size()))) {
            long days = 0;
            for (double hours : site.hours()) {
                days += hours > 0 ? 1 : 0;
            }
            html.line(
                    "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>"
                            + "<td>%s</td></tr>",
                    FieldCalendar.name(site),
                    NumberText.count(site.recordings()),
                    TimeText.length(site.allHours() * HOUR),
                    NumberText.count(days),
                    NumberText.count(site.allEvents()),
                    Html.number(site.allEvents() / site.allHours(), 2),
                    Html.number(site.latitude(), 5),
                    Html.number(site.longitude(), 5));
        }
        html.line("</tbody></table></div>");
        if (all.size() > MOST_SITES) {
            html.line(
                    "<p class=\"note\">The first %d of %d sites by name; sites.csv has all.</p>",
                    MOST_SITES, all.size());
        }
        return html.toString();
    }

    private static String calendar(FieldSummary summary) {
        FieldCalendar calendar = new FieldCalendar(summary);
        Html html = new Html();
        html.line("<p class=\"note\">%s</p>", escape(calendar.note()));
        calendar.add(
                html,
                "All classes",
                summary.sites().stream().map(FieldSummary.Site::events).toArray(long[][]::new));
        for (FieldSummary.OfClass type : summary.classes()) {
            if (type.bySite() != null) {
                html.line(
                        "<details><summary>%s: %s</summary>",
                        escape(type.name()), escape(count(type.events(), "event")));
                calendar.add(html, type.name(), type.bySite());
                html.line("</details>");
            }
        }
        long shown = summary.classes().stream().filter(c -> c.bySite() != null).count();
        if (shown < summary.classes().size()) {
            html.line(
                    "<p class=\"note\">The %d of %d classes with the most events; activity.csv has all.</p>",
                    shown, summary.classes().size());
        }
        return html.toString();
    }

    private static String clocks(FieldSummary summary) {
        Html html = new Html();
        List<FieldSummary.OfClass> all = summary.classes();
        html.line(
                "<p class=\"note\">Events an hour of sound in each hour of the day, midnight above; hours without sound"
                        + " have dashed outlines. Each clock has its own scale.%s</p><div class=\"clocks\">",
                all.size() > MOST_CLOCKS
                        ? " The " + MOST_CLOCKS + " of " + all.size() + " classes with the most events."
                        : "");
        for (FieldSummary.OfClass type : all.subList(0, Math.min(MOST_CLOCKS, all.size()))) {
            ActivityClock.add(html, type, summary.hoursOfDay());
        }
        return html.line("</div>").toString();
    }
}
