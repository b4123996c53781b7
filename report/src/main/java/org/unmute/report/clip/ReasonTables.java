package org.unmute.report.clip;

import static org.unmute.report.drawing.Markup.escape;
import static org.unmute.report.page.Html.number;
import static org.unmute.report.page.Html.percent;

import java.util.Locale;
import org.unmute.probes.pool.Contributions;
import org.unmute.report.clip.ClipExplanation.LocatedPart;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.unmute.report.page.Html;
import org.unmute.report.page.TaughtText;

/** The terms of each explained class as HTML tables, followed by their sum and the logit. */
final class ReasonTables {
    private final Html html;
    private final ClipExplanation clip;

    ReasonTables(Html html, ClipExplanation clip) {
        this.html = html;
        this.clip = clip;
    }

    void append() {
        for (Reason r : clip.reasons()) {
            reason(r);
        }
    }

    private void reason(Reason r) {
        Contributions all = r.contributions();
        html.line(
                "<section><h2>Why %s has %s</h2><p class=\"note\">%s All terms and the bias add up to the logit; the"
                        + " score is its %s%s. %s%s</p>",
                escape(r.name()),
                number(r.score(), 3),
                escape(TermText.rule(all)),
                clip.singleLabel() ? "softmax" : "sigmoid",
                escape(clip.verdict(r.classIndex()).map(v -> ": " + v).orElse("")),
                escape(all.remark()),
                clip.boxes() == null ? "" : " " + TaughtText.sentence(clip.taught(r.classIndex())));
        html.line(
                "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Term</th><th"
                        + " scope=\"col\">Time</th><th scope=\"col\">Frequency</th><th scope=\"col\">Mel bands</th><th"
                        + " scope=\"col\">%s</th><th scope=\"col\">Weight</th><th"
                        + " scope=\"col\">Adds</th><th></th></tr></thead><tbody>",
                TermText.value(all.kind()).substring(0, 1).toUpperCase(Locale.ROOT)
                        + TermText.value(all.kind()).substring(1));
        double max = Math.max(Math.abs(r.rest()), Math.abs(all.bias()));
        for (LocatedPart s : r.shown()) {
            max = Math.max(max, Math.abs(s.part().contribution()));
        }
        for (LocatedPart s : r.shown()) {
            html.line(
                    "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>%s</tr>",
                    escape(s.part().name()),
                    escape(TermText.time(s)),
                    escape(TermText.frequency(s)),
                    escape(TermText.bands(s)),
                    number(s.part().value(), 4),
                    number(s.part().weight(), 4),
                    adds(s.part().contribution(), max));
        }
        if (r.others() > 0) {
            plain(TermText.others(r), adds(r.rest(), max), "");
        }
        plain("bias", adds(all.bias(), max), "");
        plain("sum", "<td>" + number(r.sum(), 4) + "</td><td></td>", " class=\"sum\"");
        plain(
                "logit of the probe",
                "<td>" + number(r.logit(), 4) + "</td><td class=\"small\">differs by " + difference(r) + "</td>",
                "");
        html.line("</tbody></table></div></section>");
    }

    /** The rounding difference between sum and logit. */
    static String difference(Reason r) {
        return String.format(Locale.ROOT, "%.1e", Math.abs(r.difference()));
    }

    private void plain(String name, String cells, String attributes) {
        html.line("<tr%s><th scope=\"row\" colspan=\"6\">%s</th>%s</tr>", attributes, escape(name), cells);
    }

    private static String adds(double value, double max) {
        return "<td>" + (value > 0 ? "+" : "") + number(value, 4) + "</td><td class=\"way\"><span class=\""
                + (value < 0 ? "against" : "for") + "\" style=\"width:"
                + percent(max > 0 ? Math.abs(value) / max / 2 : 0) + "\"></span></td>";
    }
}
