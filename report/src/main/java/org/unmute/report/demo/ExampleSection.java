package org.unmute.report.demo;

import static org.unmute.report.page.Html.escape;
import static org.unmute.report.page.Html.number;
import static org.unmute.report.page.Html.percent;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.unmute.report.demo.DemoModel.Example;
import org.unmute.report.demo.DemoModel.Heat;
import org.unmute.report.demo.DemoModel.PrototypeMap;
import org.unmute.report.demo.DemoModel.Score;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.Picture;
import org.unmute.report.page.Picture.Range;
import org.unmute.report.page.TimeTicks;
import org.unmute.report.page.WavDataUri;

/**
 * The part of the report that explains one clip: its sound, spectrogram, scores and prototype maps on one time axis.
 */
final class ExampleSection {
    private final StringBuilder html;
    private final Example example;

    ExampleSection(StringBuilder html, Example example) {
        this.html = html;
        this.example = example;
    }

    private void line(String format, Object... args) {
        html.append(String.format(Locale.ROOT, format, args)).append('\n');
    }

    void append() {
        String present = example.scores().stream()
                .filter(Score::present)
                .map(Score::label)
                .collect(Collectors.joining(", "));
        line(
                "<p class=\"note\">%s, scored by <b>%s</b>. In it: <b>%s</b>.</p>",
                escape(example.name()),
                escape(example.probe()),
                present.isEmpty() ? "none of the classes" : escape(present));
        line(
                "<audio controls=\"controls\" preload=\"metadata\" src=\"%s\">Your browser plays no sound.</audio>",
                WavDataUri.of(example.samples(), example.sampleRate()));
        scores();
        plot(
                "Spectrogram",
                "",
                example.spectrogram(),
                Range.trimmed(example.spectrogram().values()),
                "spectrogram",
                false,
                "Spectrogram of the clip: time from left to right, frequency upwards");
        if (!example.prototypes().isEmpty()) {
            prototypes();
        }
    }

    private void scores() {
        line("<div class=\"bars scores\" role=\"list\" aria-label=\"Scores of the clip\">");
        for (Score s : example.scores()) {
            line(
                    "<div class=\"bar%s\" role=\"listitem\" aria-label=\"%s, %s: score %s\"><span"
                            + " class=\"name\">%s%s</span><span class=\"track\"><span class=\"fill\""
                            + " style=\"width:%s\"></span></span><span class=\"value\">%s</span></div>",
                    s.present() ? " best" : "",
                    escape(s.label()),
                    s.present() ? "present" : "absent",
                    number(s.score(), 2),
                    s.present() ? "<span class=\"tick\">\u2713</span> " : "",
                    escape(s.label()),
                    percent(s.score()),
                    number(s.score(), 2));
        }
        line("</div><p class=\"note\"><span class=\"tick\">\u2713</span> the class is in the clip.</p>");
    }

    private void prototypes() {
        line("<h3>What the prototypes heard</h3>");
        line("<p class=\"note\">For each predicted class, the prototype that adds most to its score: the similarity"
                + " of every token to it, over the same time axis as the spectrogram. The ring marks the winning"
                + " token; the colour scale is the same for all maps.</p>");
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (PrototypeMap p : example.prototypes()) {
            Range range = Range.full(p.similarity().values());
            low = Math.min(low, range.low());
            high = Math.max(high, range.high());
        }
        for (PrototypeMap p : example.prototypes()) {
            plot(
                    p.label(),
                    (p.present() ? "in the clip" : "not in the clip") + " \u00B7 prototype " + p.prototype()
                            + " \u00B7 adds " + number(p.contribution(), 2),
                    p.similarity(),
                    Range.of(low, high),
                    "prototype",
                    true,
                    "Similarity of the tokens to prototype " + p.prototype() + " of " + p.label() + ", most similar at "
                            + number(winner(p.similarity())[0] * p.similarity().seconds(), 1) + " seconds");
        }
    }

    private void plot(String name, String detail, Heat heat, Range range, String kind, boolean ring, String alt) {
        double clip = example.samples().length / (double) example.sampleRate();
        line(
                "<figure class=\"plot %s\"><figcaption><b>%s</b>%s</figcaption>",
                kind, escape(name), detail.isEmpty() ? "" : " <span>" + escape(detail) + "</span>");
        line("<div class=\"y\" aria-hidden=\"true\">%s</div>", ticks(heat.ticks(), "bottom"));
        line(
                "<div class=\"field\"><img alt=\"%s\" style=\"width:%s\" src=\"%s\"/>",
                escape(alt),
                percent(clip > 0 ? heat.seconds() / clip : 1),
                Picture.ofMap(heat.values(), range).dataUri());
        if (ring) {
            double[] at = winner(heat);
            line(
                    "<span class=\"ring\" aria-hidden=\"true\" style=\"left:%s;bottom:%s\"></span>",
                    percent(at[0] * (clip > 0 ? Math.min(1, heat.seconds() / clip) : 1)), percent(at[1]));
        }
        line(
                "</div><div class=\"scale\" aria-hidden=\"true\"><span class=\"colours\"></span><i"
                        + " class=\"high\">%s</i><i class=\"low\">%s</i><i class=\"unit\">%s</i></div>",
                number(range.high(), digits(range)), number(range.low(), digits(range)), escape(heat.unit()));
        line("<div class=\"x\" aria-hidden=\"true\">%s</div></figure>", ticks(TimeTicks.of(clip), "left"));
    }

    private static int digits(Range range) {
        return range.high() - range.low() >= 10 ? 0 : 2;
    }

    private static String ticks(List<AxisTick> ticks, String side) {
        return ticks.stream()
                .map(t -> "<i style=\"" + side + ":" + percent(t.position()) + "\">" + escape(t.label()) + "</i>")
                .collect(Collectors.joining());
    }

    /** Centre of the largest value, as shares of width and height. */
    private static double[] winner(Heat heat) {
        int time = 0;
        int freq = 0;
        for (int t = 0; t < heat.values().length; t++) {
            for (int f = 0; f < heat.values()[t].length; f++) {
                if (heat.values()[t][f] > heat.values()[time][freq]) {
                    time = t;
                    freq = f;
                }
            }
        }
        return new double[] {(time + 0.5) / heat.values().length, (freq + 0.5) / heat.values()[0].length};
    }
}
