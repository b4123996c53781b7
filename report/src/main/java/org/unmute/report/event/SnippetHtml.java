package org.unmute.report.event;

import static org.unmute.report.drawing.Markup.escape;
import static org.unmute.report.page.Html.number;
import static org.unmute.report.page.Html.percent;

import java.util.ArrayList;
import java.util.List;
import org.unmute.probes.event.Band;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.report.event.SnippetPlan.Kind;
import org.unmute.report.event.SnippetPlan.Planned;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.Html;
import org.unmute.report.page.TimeText;
import org.unmute.report.page.TimeTicks;

/** A snippet as HTML: the spectrogram with the box of the event, a player, and a description. */
final class SnippetHtml {
    private static final double[] STEPS = {250, 500, 1000, 2000, 4000, 5000, 10_000, 20_000, 50_000, 100_000};
    private static final int MAX_TICKS = 4;
    private static final int MAX_REASON = 300;

    private SnippetHtml() {}

    static String of(Planned p, Snippet s) {
        PageEvent event = p.chosen().event();
        Band band = event.band();
        Html html = open(p);
        html.openPlot("spectrogram", title(p), place(event), frequencies(s.highHz()));
        double length = s.end() - s.start();
        double left = Math.clamp((event.onset() - s.start()) / length, 0, 1);
        double right = Math.clamp((event.offset() - s.start()) / length, 0, 1);
        double bottom = band.full() ? 0 : Math.min(1, band.low() / s.highHz());
        double top = band.full() ? 1 : Math.min(1, band.high() / s.highHz());
        html.line(
                "<img alt=\"Spectrogram of the event and its surroundings\" decoding=\"async\""
                        + " src=\"%s\"/><span class=\"box%s%s\" aria-hidden=\"true\""
                        + " style=\"left:%s;width:%s;bottom:%s;height:%s\"></span>%s</div>",
                s.pictureUri(),
                band.full() ? " full" : "",
                (event.onset() < s.start() ? " begun" : "") + (event.offset() > s.end() ? " open" : ""),
                percent(left),
                percent(right - left),
                percent(bottom),
                percent(top - bottom),
                taught(p.type().type().taught(), event, s));
        html.closePlot(TimeTicks.of(s.start(), s.end(), MAX_TICKS));
        html.lazyAudio(sound(event), s.audio(), s.audioRate());
        return html.line("</article>").toString();
    }

    /** A box as the class's training boxes are, by their medians, around the middle of the event; empty without any. */
    private static String taught(TrainingBoxes.OfClass taught, PageEvent event, Snippet s) {
        if (taught.boxes() == 0) {
            return "";
        }
        double length = s.end() - s.start();
        double middle = (Math.max(event.onset(), s.start()) + Math.min(event.offset(), s.end())) / 2;
        double half = taught.seconds().median() / 2;
        double left = Math.clamp((middle - half - s.start()) / length, 0, 1);
        double right = Math.clamp((middle + half - s.start()) / length, 0, 1);
        double bottom = Math.min(1, taught.low().median() / s.highHz());
        double top = Math.min(1, taught.high().median() / s.highHz());
        return String.format(
                "<span class=\"taught\" aria-hidden=\"true\" style=\"left:%s;width:%s;bottom:%s;height:%s\"></span>",
                percent(left), percent(right - left), percent(bottom), percent(top - bottom));
    }

    /** Replaces a snippet whose recording could not be read. */
    static String unread(Planned p, String reason) {
        String shown = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) + "\u2026" : reason;
        return open(p).line(
                        "<p><b>%s</b> <span class=\"none\">%s</span></p><p class=\"note\">The recording could not be"
                                + " read: %s</p></article>",
                        escape(title(p)), escape(place(p.chosen().event())), escape(shown))
                .toString();
    }

    private static Html open(Planned p) {
        PageEvent event = p.chosen().event();
        return new Html()
                .line("<article class=\"snippet\" aria-label=\"%s\">", escape(event.label() + ", " + place(event)));
    }

    private static String sound(PageEvent event) {
        return "Sound of " + event.label() + ", " + place(event);
    }

    private static String title(Planned p) {
        double score = p.chosen().event().score();
        double threshold = p.type().type().threshold();
        if (Double.isNaN(score)) {
            return "confirmed by a listener";
        }
        String text = number(score, 3);
        return p.kind() == Kind.BEST || Double.isNaN(threshold)
                ? text
                : text + ", " + number(Math.abs(score - threshold), 3) + (score < threshold ? " below" : " above")
                        + " the threshold";
    }

    private static String place(PageEvent event) {
        Band band = event.band();
        return event.file() + ", " + TimeText.clock(event.onset(), 1) + " to " + TimeText.clock(event.offset(), 1)
                + (band.full() ? "" : ", " + hertz(band.low()) + " to " + hertz(band.high()) + " Hz");
    }

    private static String hertz(double hertz) {
        return number(hertz < 1000 ? hertz : 10 * Math.rint(hertz / 10), 0);
    }

    /** At most five labels of a linear axis that starts at 0. */
    static List<AxisTick> frequencies(double high) {
        double step = STEPS[STEPS.length - 1];
        for (double candidate : STEPS) {
            if (high / candidate <= MAX_TICKS) {
                step = candidate;
                break;
            }
        }
        List<AxisTick> ticks = new ArrayList<>();
        for (int i = 0; i * step <= high; i++) {
            String label = step < 1000 ? number(i * step, 0) + " Hz" : number(i * step / 1000, 0) + " kHz";
            ticks.add(new AxisTick(i * step / high, i == 0 ? "0" : label));
        }
        return ticks;
    }
}
