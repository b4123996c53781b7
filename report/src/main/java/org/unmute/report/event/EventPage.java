package org.unmute.report.event;

import static org.unmute.report.chart.NumberText.count;
import static org.unmute.report.drawing.Markup.escape;
import static org.unmute.report.page.Html.number;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.unmute.files.AtomicFile;
import org.unmute.report.event.EventSelection.OfClass;
import org.unmute.report.event.SnippetPlan.Kind;
import org.unmute.report.event.SnippetPlan.Planned;
import org.unmute.report.page.Fact;
import org.unmute.report.page.Html;
import org.unmute.report.page.Page;
import org.unmute.report.page.TaughtText;
import org.unmute.report.page.TimeText;

/**
 * The events of a folder of recordings as one self-contained HTML page of bounded size: a summary of each class,
 * spectrograms with boxes and sound of the best and the doubtful events of each class, the times at which the events
 * occurred, and a list to sort and filter. Other events are played from the recordings, if these lie beside the page.
 * The same events give the same bytes.
 *
 * @param title   the heading
 * @param classes all classes, including those without events
 * @param files   all recordings, in order
 * @param facts   how the events were found: encoder, probe, rules
 * @param limits  limits on the size of the page
 * @param remark  what readers must know before they look at an event; may be empty
 */
public record EventPage(
        String title,
        List<EventClass> classes,
        List<SoundFile> files,
        List<Fact> facts,
        EventPageLimits limits,
        String remark) {
    /** Bytes of the frame of the page: policy, contents, headings. */
    private static final int FRAME = 20_000;
    /** Maximum share of the page that the list may take. */
    private static final double LIST_SHARE = 0.6;

    private static final double SHRINK = 0.8;
    /** Classes that are seen at once, so that the first pictures are near the top of the page. */
    private static final int FIRST_CLASSES = 12;

    /** A page without a remark. */
    public EventPage(
            String title, List<EventClass> classes, List<SoundFile> files, List<Fact> facts, EventPageLimits limits) {
        this(title, classes, files, facts, limits, "");
    }

    /** Copies the lists. */
    public EventPage {
        classes = List.copyOf(classes);
        files = List.copyOf(files);
        facts = List.copyOf(facts);
    }

    /**
     * A rendered page and its content.
     *
     * @param events   number of all events
     * @param listed   number of events in the list
     * @param snippets number of events with picture and sound
     * @param leftOut  number of snippets omitted because the page would have become too large
     * @param problems recordings whose snippets could not be read, with the reason
     * @param html     the document
     */
    public record Rendered(long events, int listed, int snippets, int leftOut, List<String> problems, String html) {}

    /**
     * Renders the document. Memory is bounded by the limits, however many events there are.
     *
     * @param events  read in one pass; their order breaks ties
     * @param source  opens recordings for the snippets
     * @throws IllegalArgumentException if names of classes or recordings are not unique, or those of an event are
     *     unknown
     * @throws IOException              if the events cannot be read
     */
    public Rendered render(PageEvents events, SnippetSource source) throws IOException {
        Timeline timeline = Timeline.of(files, classes.size());
        EventSelection selection = new EventSelection(classes, files, limits, timeline);
        events.forEach(selection::add);
        String list = list(selection);
        String script = Page.resource(EventPage.class, "events.js");
        String summary = "<style>" + Page.styleSheet(EventPage.class, "events.css") + "</style>" + summary(selection);
        String times = selection.events() == 0 ? "" : timeline.html(selection.classes());
        String made = new Html().facts(facts).toString();
        long left =
                limits.bytes() - FRAME - Page.resource(Page.class, "page.css").length();
        for (String part : List.of(list, script, summary, times, made)) {
            left -= part.getBytes(StandardCharsets.UTF_8).length;
        }
        for (OfClass c : selection.classes()) {
            left -= taught(c).length();
        }
        SnippetPlan plan = SnippetPlan.of(selection.classes(), files, limits, left);
        SnippetReader.Read read = SnippetReader.read(plan.snippets(), source, files);
        Page page = new Page(title, heading(selection)).section("summary", "Classes", summary);
        if (!plan.snippets().isEmpty() || plan.leftOut() > 0) {
            page.section("snippets", "Best and doubtful", snippets(selection, plan, read));
        }
        if (selection.events() > 0) {
            page.section("times", "When", times).section("list", "Events", list);
        }
        page.section("made", "How this was made", made).script(script);
        return new Rendered(
                selection.events(),
                selection.listed(),
                plan.snippets().size(),
                plan.leftOut(),
                read.problems(),
                page.htmlWithContents());
    }

    /**
     * Renders the document and writes it atomically.
     *
     * @throws IOException if the events cannot be read or the document cannot be written
     */
    public Rendered write(PageEvents events, SnippetSource source, Path file) throws IOException {
        Rendered rendered = render(events, source);
        AtomicFile.write(file, rendered.html().getBytes(StandardCharsets.UTF_8));
        return rendered;
    }

    private String heading(EventSelection selection) {
        long found = selection.classes().stream().filter(c -> c.events() > 0).count();
        double seconds = files.stream().mapToDouble(SoundFile::seconds).sum();
        return number(selection.events(), "event") + " of " + number(found, "class") + " in "
                + number(files.size(), "recording")
                + (Double.isFinite(seconds) ? ", " + TimeText.length(seconds) + " of sound." : ".")
                + (remark.isEmpty() ? "" : " Note: " + remark + ".");
    }

    private static String number(long n, String what) {
        return count(n) + " " + what + (n == 1 ? "" : what.endsWith("s") ? "es" : "s");
    }

    private static String summary(EventSelection selection) {
        List<OfClass> found = selection.classes().stream()
                .filter(c -> c.events() > 0)
                .sorted(Comparator.comparingLong((OfClass c) -> -c.events()).thenComparingInt(OfClass::index))
                .toList();
        int silent = selection.classes().size() - found.size();
        Html html = new Html();
        if (found.isEmpty()) {
            return html.line("<p class=\"note\">No event of any of the %d classes was found.</p>", silent)
                    .toString();
        }
        boolean learned = found.stream().anyMatch(c -> !c.type().found().isEmpty());
        boolean taught = found.stream().anyMatch(c -> c.type().taught().boxes() > 0);
        html.line("<p class=\"note\">A class's name shows its events in the list.</p>");
        List<OfClass> first = found.subList(0, Math.min(FIRST_CLASSES, found.size()));
        table(html, "The classes with most events", first, learned, taught);
        if (first.size() < found.size()) {
            List<OfClass> more = found.subList(first.size(), found.size());
            html.line(
                    "<details class=\"more\"><summary>%s with no more events than these</summary>",
                    number(more.size(), "class"));
            table(html, "The other classes with events", more, learned, taught);
            html.line("</details>");
        }
        if (taught) {
            html.line("<p class=\"note\">Taught: the boxes that the class was trained on, by their medians.</p>");
        }
        if (silent > 0) {
            html.line("<p class=\"note\">%s without any event.</p>", number(silent, "class"));
        }
        return html.toString();
    }

    private static void table(Html html, String what, List<OfClass> shown, boolean learned, boolean taught) {
        html.line(
                "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\"><table><thead><tr><th"
                        + " scope=\"col\">Class</th><th scope=\"col\">Events</th><th scope=\"col\">Sound</th><th"
                        + " scope=\"col\">Recordings</th><th scope=\"col\">Best score</th><th"
                        + " scope=\"col\">Threshold</th>%s%s</tr></thead><tbody>",
                what,
                learned ? "<th scope=\"col\">Found in validation</th><th scope=\"col\">Alarms an hour</th>" : "",
                taught ? "<th scope=\"col\">Taught band</th><th scope=\"col\">Taught length</th>" : "");
        for (OfClass c : shown) {
            String name = escape(c.type().name());
            html.line(
                    "<tr><th scope=\"row\"><a href=\"#list\" data-class=\"%s\">%s</a></th><td>%s</td><td>%s</td>"
                            + "<td>%s</td><td>%s</td><td>%s</td>%s%s</tr>",
                    name,
                    name,
                    count(c.events()),
                    TimeText.length(c.seconds()),
                    count(c.files()),
                    Html.number(c.bestScore(), 3),
                    Html.number(c.type().threshold(), 3),
                    learned
                            ? "<td>" + escape(c.type().found()) + "</td><td>"
                                    + escape(c.type().alarms()) + "</td>"
                            : "",
                    taught
                            ? "<td>" + TaughtText.medianBand(c.type().taught()) + "</td><td>"
                                    + TaughtText.medianLength(c.type().taught()) + "</td>"
                            : "");
        }
        html.line("</tbody></table></div>");
    }

    private String list(EventSelection selection) {
        String json = EventColumns.json(selection.list(), classes, files);
        while (json.length() > LIST_SHARE * limits.bytes() && selection.listed() > 1) {
            selection.reduceTo((int) (SHRINK * selection.listed()));
            json = EventColumns.json(selection.list(), classes, files);
        }
        String what = selection.listed() == selection.events()
                ? "All " + number(selection.events(), "event") + "."
                : count(selection.listed()) + " of " + count(selection.events())
                        + " events, the best of each class by score: more would make the page too large.";
        return new Html()
                .line(
                        "<p class=\"note\">%s A column's heading sorts. \u25B6 plays an event from its recording, which"
                                + " must lie where it did when the page was made.</p>",
                        escape(what))
                .add(Page.resource(EventPage.class, "list.html"))
                .add("<script type=\"application/json\" id=\"data\">" + json + "</script>\n")
                .toString();
    }

    /** A line about the boxes that taught a class; empty if there were none. */
    private static String taught(OfClass c) {
        return c.type().taught().boxes() == 0
                ? ""
                : "<p class=\"note\">" + TaughtText.sentence(c.type().taught()) + "</p>\n";
    }

    private String snippets(EventSelection selection, SnippetPlan plan, SnippetReader.Read read) {
        Html html = new Html();
        html.line(
                "<p class=\"note\">Of each class the events with the highest scores, and those with scores nearest to"
                        + " its threshold. The box shows time and frequencies of the event: without top and bottom,"
                        + " its frequencies are not known; without a side, it goes on there. Each snippet has its own"
                        + " colour scale, and quiet ones are played louder, by at most 20 dB.%s%s</p>",
                selection.classes().stream().anyMatch(c -> c.type().taught().boxes() > 0)
                        ? " The dashed box around its middle is as long and as high as the boxes that taught the class"
                                + " are, by their medians."
                        : "",
                plan.leftOut() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " %s left out: the page would be larger than %s MB.",
                                number(plan.leftOut(), "snippet"),
                                Html.number(limits.bytes() / 1e6, limits.bytes() % 1_000_000 == 0 ? 0 : 1)));
        for (OfClass c : selection.classes()) {
            List<Planned> own =
                    plan.snippets().stream().filter(p -> p.type() == c).toList();
            if (own.isEmpty()) {
                continue;
            }
            html.line("<h3>%s</h3>", escape(c.type().name()));
            html.add(taught(c));
            for (Kind kind : Kind.values()) {
                List<Planned> some = own.stream().filter(p -> p.kind() == kind).toList();
                if (!some.isEmpty()) {
                    html.line("<h4>%s</h4><div class=\"snippets\">", kind == Kind.BEST ? "Best" : "Doubtful");
                    some.forEach(p -> html.add(read.html().get(p)));
                    html.line("</div>");
                }
            }
        }
        return html.toString();
    }
}
