package org.unmute.report.clip;

import static org.unmute.report.page.Html.escape;
import static org.unmute.report.page.Html.number;
import static org.unmute.report.page.Html.percent;

import java.util.Locale;
import org.unmute.probes.pool.Contributions;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.unmute.report.clip.ClipExplanation.Shown;

/** The terms of each explained class as an HTML table that ends with their sum and the logit. */
final class ReasonTables {
    private final StringBuilder html;
    private final ClipExplanation clip;

    ReasonTables(StringBuilder html, ClipExplanation clip) {
        this.html = html;
        this.clip = clip;
    }

    private void line(String format, Object... args) {
        html.append(String.format(Locale.ROOT, format, args)).append('\n');
    }

    void append() {
        for (Reason r : clip.reasons()) {
            reason(r);
        }
    }

    private void reason(Reason r) {
        Contributions all = r.contributions();
        line(
                "<section><h2>Why %s has %s</h2><p class=\"note\">%s All terms and the bias add up to the logit; the"
                        + " score is its %s. %s</p>",
                escape(r.name()),
                number(r.score(), 3),
                escape(TermText.rule(all.kind())),
                clip.singleLabel() ? "softmax" : "sigmoid",
                escape(all.remark()));
        line(
                "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Term</th><th"
                        + " scope=\"col\">Time</th><th scope=\"col\">Frequency</th><th scope=\"col\">Mel bands</th><th"
                        + " scope=\"col\">%s</th><th scope=\"col\">Weight</th><th"
                        + " scope=\"col\">Adds</th><th></th></tr></thead><tbody>",
                TermText.value(all.kind()).substring(0, 1).toUpperCase(Locale.ROOT)
                        + TermText.value(all.kind()).substring(1));
        double most = Math.max(Math.abs(r.rest()), Math.abs(all.bias()));
        for (Shown s : r.shown()) {
            most = Math.max(most, Math.abs(s.part().contribution()));
        }
        for (Shown s : r.shown()) {
            line(
                    "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>%s</tr>",
                    escape(s.part().name()),
                    escape(TermText.time(s)),
                    escape(TermText.frequency(s)),
                    escape(TermText.bands(s)),
                    number(s.part().value(), 4),
                    number(s.part().weight(), 4),
                    adds(s.part().contribution(), most));
        }
        if (r.others() > 0) {
            plain(TermText.others(r), adds(r.rest(), most), "");
        }
        plain("bias", adds(all.bias(), most), "");
        plain("sum", "<td>" + number(r.sum(), 4) + "</td><td></td>", " class=\"sum\"");
        plain(
                "logit of the probe",
                "<td>" + number(r.logit(), 4) + "</td><td class=\"small\">differs by " + difference(r) + "</td>",
                "");
        line("</tbody></table></div></section>");
    }

    /** The rounding that is left between sum and logit. */
    static String difference(Reason r) {
        return String.format(Locale.ROOT, "%.1e", Math.abs(r.difference()));
    }

    private void plain(String name, String cells, String attributes) {
        line("<tr%s><th scope=\"row\" colspan=\"6\">%s</th>%s</tr>", attributes, escape(name), cells);
    }

    private static String adds(double value, double most) {
        return "<td>" + (value > 0 ? "+" : "") + number(value, 4) + "</td><td class=\"way\"><span class=\""
                + (value < 0 ? "against" : "for") + "\" style=\"width:"
                + percent(most > 0 ? Math.abs(value) / most / 2 : 0) + "\"></span></td>";
    }
}
