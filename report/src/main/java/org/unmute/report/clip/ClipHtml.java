package org.unmute.report.clip;

import static org.unmute.report.page.Html.escape;
import static org.unmute.report.page.Html.number;
import static org.unmute.report.page.Html.percent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.report.clip.ClipFigure.Box;
import org.unmute.report.clip.ClipFigure.Scale;
import org.unmute.report.clip.ClipFigures.Section;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.Picture;
import org.unmute.report.page.TimeTicks;
import org.unmute.report.page.WavDataUri;

/** {@link ClipFigures} as HTML. */
final class ClipHtml {
    private static final int LISTED = 10;
    /** Of a longer recording the sound alone would take hundreds of megabytes. */
    private static final int MOST_SECONDS = 600;

    private final ClipFigures figures;
    private final ClipExplanation clip;
    private final StringBuilder html = new StringBuilder(1 << 16);

    ClipHtml(ClipFigures figures) {
        this.figures = figures;
        this.clip = figures.clip();
    }

    String fragment() {
        line("<div class=\"clip-figures\">\n<style>%s</style>", style());
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
        line("</div>");
        return html.toString();
    }

    private void line(String format, Object... args) {
        html.append(String.format(Locale.ROOT, format, args)).append('\n');
    }

    private static String style() {
        try (InputStream css = ClipHtml.class.getResourceAsStream("clip.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@scale@", Picture.cssGradient(false))
                    .replace("@diverging@", Picture.cssGradient(true));
        } catch (IOException e) {
            throw new IllegalStateException("explain: the style sheet is missing from the jar", e);
        }
    }

    private void section(Section section, boolean sound) {
        line("<section><h2>%s</h2><p class=\"note\">%s</p>", escape(section.title()), escape(section.note()));
        if (sound && clip.seconds() > MOST_SECONDS) {
            line(
                    "<p class=\"note\">The sound is left out: at %s s it would make the page too large.</p>",
                    number(clip.seconds(), 0));
        } else if (sound) {
            line(
                    "<audio controls=\"controls\" preload=\"metadata\" src=\"%s\">Your browser plays no sound.</audio>",
                    WavDataUri.of(clip.recording().samples(), clip.recording().sampleRate()));
        }
        Map<String, List<ClipFigure>> groups = new LinkedHashMap<>();
        section.figures()
                .forEach(f -> groups.computeIfAbsent(f.group(), g -> new ArrayList<>())
                        .add(f));
        groups.forEach((group, all) -> {
            line(
                    "%s<div class=\"plots%s\">",
                    group.isEmpty() ? "" : "<h3>" + escape(group) + "</h3>", all.size() > 1 ? " many" : "");
            all.forEach(this::figure);
            line("</div>");
        });
        line("</section>");
    }

    private void scores() {
        String curve = clip.singleLabel() ? "softmax over all classes" : "sigmoid of the logit";
        line(
                "<section><h2>Scores</h2><p class=\"note\">The %d highest of %d classes, by probe <b>%s</b>; a score"
                        + " is the %s. Classes in bold are explained below.</p><div class=\"scores\" role=\"list\">",
                Math.min(LISTED, clip.classes().size()), clip.classes().size(), escape(clip.probe()), curve);
        for (int c : Explainer.best(clip.logits(), LISTED)) {
            boolean explained = clip.reasons().stream().anyMatch(r -> r.classIndex() == c);
            line(
                    "<div class=\"bar%s\" role=\"listitem\" aria-label=\"%s: score %s\"><span"
                            + " class=\"name\">%s</span><span class=\"track\"><span class=\"fill\""
                            + " style=\"width:%s\"></span></span><span class=\"value\">%s</span></div>",
                    explained ? " explained" : "",
                    escape(clip.classes().get(c)),
                    number(clip.scores()[c], 3),
                    escape(clip.classes().get(c)),
                    percent(clip.scores()[c]),
                    number(clip.scores()[c], 3));
        }
        line("</div></section>");
    }

    private void figure(ClipFigure f) {
        line(
                "<figure class=\"plot %s\"><figcaption><b>%s</b>%s</figcaption>",
                f.height().name().toLowerCase(Locale.ROOT),
                escape(f.title()),
                f.detail().isEmpty() ? "" : " <span>" + escape(f.detail()) + "</span>");
        line("<div class=\"y\" aria-hidden=\"true\">%s</div><div class=\"field\">", ticks(f.ticks(), "bottom"));
        Box b = f.box();
        line(
                "<img alt=\"%s\" style=\"left:%s;width:%s;bottom:%s;height:%s\" src=\"%s\"/>",
                escape(f.alt()),
                percent(b.left()),
                percent(b.right() - b.left()),
                percent(b.bottom()),
                percent(b.top() - b.bottom()),
                f.picture().dataUri());
        double heard = clip.seconds() / figures.end();
        if (heard < 0.995) {
            line(
                    "<span class=\"padding\" style=\"left:%s\" title=\"behind the end of the recording\"></span>",
                    percent(heard));
        }
        if (f.ring() != null) {
            line(
                    "<span class=\"ring\" aria-hidden=\"true\" style=\"left:%s;bottom:%s\"></span>",
                    percent(f.ring().x()), percent(f.ring().y()));
        }
        line("</div>");
        scale(f.scale());
        line("<div class=\"x\" aria-hidden=\"true\">%s</div></figure>", ticks(TimeTicks.of(figures.end()), "left"));
    }

    private void scale(Scale scale) {
        if (scale == null) {
            line("<div class=\"scale\"></div>");
            return;
        }
        Picture.Range r = scale.range();
        double width = r.high() - r.low();
        int decimals = width >= 10 ? 0 : width >= 1 ? 1 : width >= 0.1 ? 2 : width >= 0.01 ? 3 : 4;
        line(
                "<div class=\"scale\" aria-hidden=\"true\"><span class=\"colours%s\"></span><i class=\"high\">%s</i><i"
                        + " class=\"low\">%s</i><i class=\"unit\">%s</i></div>",
                r.diverging() ? " diverging" : "",
                number(r.high(), decimals),
                number(r.low(), decimals),
                escape(scale.unit()));
    }

    static String ticks(List<AxisTick> ticks, String side) {
        return ticks.stream()
                .map(t -> "<i style=\"" + side + ":" + percent(t.position()) + "\">" + escape(t.label()) + "</i>")
                .collect(Collectors.joining());
    }

    private void weights(WeightTable w) {
        line(
                "<section><h2>Weights of the prototypes</h2><p class=\"note\">How much each class (row) makes of each"
                        + " prototype (column); red speaks for the class, blue against it. Columns stand by the class"
                        + " that weighs them most.%s%s</p>",
                w.shown().isEmpty() ? "" : " Marks below: prototypes shown above.",
                w.whole() ? "" : " Only some of the probe's classes and " + "prototypes find room here.");
        line(
                "<figure class=\"weights\"><div class=\"rows\" aria-hidden=\"true\">%s</div>",
                w.classes().stream().map(c -> "<span>" + escape(c) + "</span>").collect(Collectors.joining()));
        line(
                "<div class=\"field\"><img alt=\"Weights of %d classes for %d prototypes\" src=\"%s\"/></div>",
                w.classes().size(), w.prototypes().size(), w.picture().dataUri());
        scale(new Scale(w.range(), "weight"));
        line(
                "<div class=\"marks\" aria-hidden=\"true\">%s</div></figure></section>",
                w.shown().stream()
                        .map(i -> "<i style=\"left:"
                                + percent((i + 0.5) / w.prototypes().size()) + "\" title=\"prototype "
                                + w.prototypes().get(i) + "\">\u25B2</i>")
                        .collect(Collectors.joining()));
    }
}
