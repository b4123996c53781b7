package org.unmute.report.demo;

import static org.unmute.report.drawing.Markup.escape;
import static org.unmute.report.page.Html.number;
import static org.unmute.report.page.Html.percent;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.unmute.report.demo.DemoModel.Example;
import org.unmute.report.demo.DemoModel.Heat;
import org.unmute.report.demo.DemoModel.PrototypeMap;
import org.unmute.report.demo.DemoModel.Score;
import org.unmute.report.page.Html;
import org.unmute.report.page.Picture;
import org.unmute.report.page.Picture.Range;

/**
 * The section that explains one clip: sound, spectrogram, scores and prototype maps on one time axis.
 */
final class ExampleSection {
    private final Html html = new Html();
    private final Example example;

    private ExampleSection(Example example) {
        this.example = example;
    }

    static String html(Example example) {
        return new ExampleSection(example).html();
    }

    private String html() {
        String present = example.scores().stream()
                .filter(Score::present)
                .map(Score::label)
                .collect(Collectors.joining(", "));
        html.line(
                "<p class=\"note\">%s, scored by <b>%s</b>. In it: <b>%s</b>.</p>",
                escape(example.name()),
                escape(example.probe()),
                present.isEmpty() ? "none of the classes" : escape(present));
        html.audio(example.samples(), example.sampleRate());
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
        return html.toString();
    }

    private void scores() {
        html.line("<div class=\"bars scores\" role=\"list\" aria-label=\"Scores of the clip\">");
        for (Score s : example.scores()) {
            String attributes = String.format(
                    "class=\"bar%s\" role=\"listitem\" aria-label=\"%s, %s: score %s\"",
                    s.present() ? " best" : "",
                    escape(s.label()),
                    s.present() ? "present" : "absent",
                    number(s.score(), 2));
            String tick = s.present() ? "<span class=\"tick\">\u2713</span> " : "";
            html.scoreBar(attributes, tick + escape(s.label()), s.score(), 2);
        }
        html.line("</div><p class=\"note\"><span class=\"tick\">\u2713</span> the class is in the clip.</p>");
    }

    private void prototypes() {
        html.line("<h3>Where prototypes match</h3>");
        html.line(
                "<p class=\"note\">For each predicted class, the prototype that adds most to its score: the similarity"
                        + " of every token to it, over the same time axis as the spectrogram. The ring marks the"
                        + " winning token; the colour scale is the same for all maps.</p>");
        Range range = Range.full(example.prototypes().stream()
                .flatMap(p -> Arrays.stream(p.similarity().values()))
                .toArray(float[][]::new));
        for (PrototypeMap p : example.prototypes()) {
            plot(
                    p.label(),
                    (p.present() ? "in the clip" : "not in the clip") + " \u00B7 prototype " + p.prototype()
                            + " \u00B7 adds " + number(p.contribution(), 2),
                    p.similarity(),
                    range,
                    "prototype",
                    true,
                    "Similarity of the tokens to prototype " + p.prototype() + " of " + p.label() + ", most similar at "
                            + number(winner(p.similarity())[0] * p.similarity().seconds(), 1) + " seconds");
        }
    }

    private void plot(String name, String detail, Heat heat, Range range, String kind, boolean ring, String alt) {
        double clip = example.samples().length / (double) example.sampleRate();
        html.openPlot(kind, name, detail, heat.ticks())
                .line(
                        "<img alt=\"%s\" style=\"width:%s\" src=\"%s\"/>",
                        escape(alt),
                        percent(clip > 0 ? heat.seconds() / clip : 1),
                        Picture.ofMap(heat.values(), range).dataUri());
        if (ring) {
            double[] at = winner(heat);
            html.ring(at[0] * (clip > 0 ? Math.min(1, heat.seconds() / clip) : 1), at[1]);
        }
        html.add("</div>")
                .scale(range, heat.unit(), range.high() - range.low() >= 10 ? 0 : 2)
                .closePlot(clip);
    }

    /** The centre of the cell with the maximum value, as fractions of width and height. */
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
