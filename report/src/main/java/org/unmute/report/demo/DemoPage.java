package org.unmute.report.demo;

import static org.unmute.report.chart.NumberText.count;
import static org.unmute.report.drawing.Markup.escape;
import static org.unmute.report.page.Html.number;
import static org.unmute.report.page.Html.percent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.files.AtomicFile;
import org.unmute.report.demo.DemoModel.ClassRow;
import org.unmute.report.demo.DemoModel.ClassTable;
import org.unmute.report.demo.DemoModel.ProbeResult;
import org.unmute.report.page.Html;
import org.unmute.report.page.Page;

/**
 * Writes a {@link DemoModel} as one HTML file with its style sheet, images and sound inside (see {@link Page}).
 */
public final class DemoPage {
    private final DemoModel model;

    private DemoPage(DemoModel model) {
        this.model = model;
    }

    /** Renders the whole document. */
    public static String render(DemoModel model) {
        return new DemoPage(model).document();
    }

    /**
     * Writes the document; an existing file is replaced only when the new one is complete.
     *
     * @throws IOException if the document cannot be written
     */
    public static void write(DemoModel model, Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        byte[] html = render(model).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, html);
    }

    private String document() {
        Page page = new Page(model.title(), model.summary());
        page.section("scores", "Scores", scores());
        if (model.example() != null) {
            page.section("clip", "One clip, explained", ExampleSection.html(model.example()));
        }
        page.section("classes", "Average precision per class", classes(model.classes()));
        page.section("run", "How this was made", new Html().facts(model.facts()).toString());
        return page.html(model.made());
    }

    private String scores() {
        Html html = new Html();
        ProbeResult best = best(model.results());
        html.line(
                "<p class=\"note\">Macro mean average precision on the test clips; mean over seeds, the whisker is one"
                        + " standard deviation either side. %s</p>",
                best == null
                        ? "No probe is in bold: the intervals of the best two over the test clips overlap."
                        : "Bold: the probe whose interval over the test clips lies above those of all others.");
        html.line("<div class=\"bars\" role=\"list\">");
        for (ProbeResult r : model.results()) {
            html.line(
                    "<div class=\"bar%s\" role=\"listitem\" aria-label=\"%s: %s plus or minus %s\"><span"
                            + " class=\"name\">%s</span><span class=\"track\"><span class=\"fill\""
                            + " style=\"width:%s\"></span><span class=\"whisker\""
                            + " style=\"left:%s;width:%s\"></span></span><span class=\"value\">%s</span></div>",
                    r.equals(best) ? " best" : "",
                    escape(r.probe()),
                    number(r.map(), 3),
                    number(r.sd(), 3),
                    escape(r.probe()),
                    percent(r.map()),
                    percent(r.map() - r.sd()),
                    percent(Math.clamp(r.map() + r.sd(), 0, 1) - Math.clamp(r.map() - r.sd(), 0, 1)),
                    number(r.map(), 3));
        }
        html.line("<div class=\"bar axis\" aria-hidden=\"true\"><span></span><span class=\"track\"><i"
                + " style=\"left:0\">0</i><i style=\"left:25%%\">0.25</i><i style=\"left:50%%\">0.5</i><i"
                + " style=\"left:75%%\">0.75</i><i style=\"left:100%%\">1</i></span><span></span></div></div>");
        html.line("<div class=\"scroll\" tabindex=\"0\"><table><caption>mAP per probe</caption><thead><tr><th"
                + " scope=\"col\">Probe</th><th scope=\"col\">mAP</th><th scope=\"col\">95\u202F%%"
                + " interval</th><th scope=\"col\">Seeds</th><th"
                + " scope=\"col\">Parameters</th></tr></thead><tbody>");
        for (ProbeResult r : model.results()) {
            html.line(
                    "<tr%s><th scope=\"row\">%s</th><td>%s \u00B1 %s</td><td>%s to %s</td><td>%d</td><td>%s</td></tr>",
                    r.equals(best) ? " class=\"best\"" : "",
                    escape(r.probe()),
                    number(r.map(), 3),
                    number(r.sd(), 3),
                    number(r.ciLow(), 3),
                    number(r.ciHigh(), 3),
                    r.seeds(),
                    count(r.parameters()));
        }
        html.line("</tbody></table></div>");
        return html.toString();
    }

    /** The probe that is better than all others according to the intervals; null if there is none. */
    private static ProbeResult best(List<ProbeResult> results) {
        return results.stream()
                .filter(r -> results.size() > 1
                        && results.stream().allMatch(other -> other == r || r.ciLow() > other.ciHigh()))
                .findFirst()
                .orElse(null);
    }

    private static String classes(ClassTable table) {
        Html html = new Html();
        html.line("<div class=\"scroll\" tabindex=\"0\"><table class=\"classes\"><thead><tr><th"
                + " scope=\"col\">Class</th><th scope=\"col\">Positives</th>");
        for (String probe : table.probes()) {
            html.line("<th scope=\"col\">%s</th>", escape(probe));
        }
        html.line("</tr></thead><tbody>");
        for (ClassRow row : table.rows()) {
            html.line("<tr><th scope=\"row\">%s</th><td>%s</td>", escape(row.label()), count(row.positives()));
            for (double ap : row.averagePrecision()) {
                html.line("<td class=\"ap\" style=\"--share:%s\">%s</td>", percent(ap), number(ap, 3));
            }
            html.line("</tr>");
        }
        html.line("</tbody></table></div>");
        html.line(
                "<p class=\"note\">%s</p>",
                table.absent().isEmpty()
                        ? "Every class has positives in the test clips."
                        : "Without a positive in the test clips, so left out of the macro mean: "
                                + escape(String.join(", ", table.absent())) + ".");
        return html.toString();
    }
}
