package org.unmute.report.clip;

import static org.unmute.report.drawing.Markup.escape;
import static org.unmute.report.page.Html.number;
import static org.unmute.report.page.Html.percent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.report.clip.ClipFigure.Box;
import org.unmute.report.clip.ClipFigures.Section;
import org.unmute.report.page.Html;
import org.unmute.report.page.Page;
import org.unmute.report.page.TimeTicks;

/** Renders {@link ClipFigures} as HTML. */
final class ClipHtml {
    private static final int LISTED = 10;

    /** The sound of longer recordings is omitted, since it would take hundreds of megabytes. */
    private static final int MAX_SECONDS = 600;

    private final ClipFigures figures;
    private final ClipExplanation clip;
    private final Html html = new Html();

    ClipHtml(ClipFigures figures) {
        this.figures = figures;
        this.clip = figures.clip();
    }

    String fragment() {
        html.line("<div class=\"clip-figures\">\n<style>%s</style>", Page.styleSheet(ClipHtml.class, "clip.css"));
        for (int i = 0; i < figures.sections().size(); i++) {
            section(figures.sections().get(i), i == 0);
            if (i == 0) {
                scores();
            }
        }
        new ReasonTables(html, clip).append();
        if (figures.weights() != null) {
            weights(figures.weights());
        }
        html.line("</div>");
        return html.toString();
    }

    private void section(Section section, boolean sound) {
        html.line("<section><h2>%s</h2><p class=\"note\">%s</p>", escape(section.title()), escape(section.note()));
        if (sound && clip.seconds() > MAX_SECONDS) {
            html.line(
                    "<p class=\"note\">The sound is left out: at %s s it would make the page too large.</p>",
                    number(clip.seconds(), 0));
        } else if (sound) {
            html.audio(clip.recording().samples(), clip.recording().sampleRate());
        }
        Map<String, List<ClipFigure>> groups = new LinkedHashMap<>();
        section.figures()
                .forEach(f -> groups.computeIfAbsent(f.group(), g -> new ArrayList<>())
                        .add(f));
        groups.forEach((group, all) -> {
            html.line(
                    "%s<div class=\"plots%s\">",
                    group.isEmpty() ? "" : "<h3>" + escape(group) + "</h3>", all.size() > 1 ? " many" : "");
            all.forEach(this::figure);
            html.line("</div>");
        });
        html.line("</section>");
    }

    private void scores() {
        String curve = clip.singleLabel() ? "softmax over all classes" : "sigmoid of the logit";
        html.line(
                "<section><h2>Scores</h2><p class=\"note\">The %d highest of %d classes, by probe <b>%s</b>; a score"
                        + " is the %s. Classes in bold are explained below.%s</p><div class=\"scores\" role=\"list\">",
                Math.min(LISTED, clip.classes().size()),
                clip.classes().size(),
                escape(clip.probe()),
                curve,
                escape(learned()));
        for (int c : Explainer.best(clip.logits(), LISTED)) {
            boolean explained = clip.reasons().stream().anyMatch(r -> r.classIndex() == c);
            String name = escape(clip.classes().get(c));
            html.scoreBar(
                    String.format(
                            "class=\"bar%s\" role=\"listitem\" aria-label=\"%s: score %s\"",
                            explained ? " explained" : "", name, number(clip.scores()[c], 3)),
                    name,
                    clip.scores()[c],
                    3);
        }
        html.line("</div></section>");
    }

    private String learned() {
        return clip.decisions() == null ? "" : " Thresholds on scores: " + clip.decisions() + ".";
    }

    private void figure(ClipFigure f) {
        html.openPlot(f.height().name().toLowerCase(Locale.ROOT), f.title(), f.detail(), f.ticks());
        Box b = f.box();
        html.line(
                "<img alt=\"%s\" style=\"left:%s;width:%s;bottom:%s;height:%s\" src=\"%s\"/>",
                escape(f.alt()),
                percent(b.left()),
                percent(b.right() - b.left()),
                percent(b.bottom()),
                percent(b.top() - b.bottom()),
                f.picture().dataUri());
        double covered = clip.seconds() / figures.end();
        if (covered < 0.995) {
            html.line(
                    "<span class=\"padding\" style=\"left:%s\" title=\"behind the end of the recording\"></span>",
                    percent(covered));
        }
        if (f.ring() != null) {
            html.ring(f.ring().x(), f.ring().y());
        }
        if (f.taught() != null) {
            html.line(
                    "<span class=\"taught\" aria-hidden=\"true\""
                            + " style=\"left:%s;width:%s;bottom:%s;height:%s\"></span>",
                    percent(f.taught().left()),
                    percent(f.taught().right() - f.taught().left()),
                    percent(f.taught().bottom()),
                    percent(f.taught().top() - f.taught().bottom()));
        }
        html.add("</div>");
        if (f.scale() == null) {
            html.line("<div class=\"scale\"></div>");
        } else {
            html.scale(f.scale().range(), f.scale().unit());
        }
        html.closePlot(TimeTicks.of(clip.start(), clip.start() + figures.end()));
    }

    private void weights(WeightTable w) {
        html.line(
                "<section><h2>Weights of the prototypes</h2><p class=\"note\">How much each class (row) makes of each"
                        + " prototype (column); red speaks for the class, blue against it. Columns stand by the class"
                        + " that weighs them most.%s%s</p>",
                w.shown().isEmpty() ? "" : " Marks below: prototypes shown above.",
                w.whole() ? "" : " Only some of the probe's classes and " + "prototypes find room here.");
        html.line(
                "<figure class=\"weights\"><div class=\"rows\" aria-hidden=\"true\">%s</div>",
                w.classes().stream().map(c -> "<span>" + escape(c) + "</span>").collect(Collectors.joining()));
        html.line(
                "<div class=\"field\"><img alt=\"Weights of %d classes for %d prototypes\" src=\"%s\"/></div>",
                w.classes().size(), w.prototypes().size(), w.picture().dataUri());
        html.scale(w.range(), "weight");
        html.line(
                "<div class=\"marks\" aria-hidden=\"true\">%s</div></figure></section>",
                w.shown().stream()
                        .map(i -> "<i style=\"left:"
                                + percent((i + 0.5) / w.prototypes().size()) + "\" title=\""
                                + w.prototypes().get(i) + "\">\u25B2</i>")
                        .collect(Collectors.joining()));
    }
}
