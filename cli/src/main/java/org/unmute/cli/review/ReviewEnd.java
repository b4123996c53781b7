package org.unmute.cli.review;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.files.PlainText;

/** The last lines of a review, in the page and on the terminal. */
final class ReviewEnd {
    private ReviewEnd() {}

    /** Says how many verdicts there are and what they say about each class that has some. */
    static List<String> lines(ReviewMaterial material, VerdictLog log) {
        ReviewFigures figures = ReviewFigures.of(
                material, log, material.goals().precision(), material.goals().width());
        List<String> lines = new ArrayList<>();
        lines.add(Units.count(figures.verdicts(), "verdict") + " in " + PlainText.of(material.name()) + ".");
        for (ReviewFigures.OfClass c : figures.classes()) {
            if (Double.isFinite(c.precision())) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%s: precision %.2f [%.2f, %.2f], %.0f [%.0f, %.0f] of %d listed events are true.",
                        PlainText.of(c.label()),
                        c.precision(),
                        c.precisionLow(),
                        c.precisionHigh(),
                        c.events(),
                        c.eventsLow(),
                        c.eventsHigh(),
                        c.listed()));
            }
        }
        return lines;
    }
}
