package org.unmute.cli.review;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ClassSummary;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.Missed;
import org.unmute.events.review.PrecisionEstimate;
import org.unmute.events.review.ReviewSummary;
import org.unmute.files.PlainText;

/**
 * What the verdicts say, as the page shows it.
 *
 * @param first    how many more verdicts the wanted half width takes
 * @param verdicts number of events with a verdict
 * @param of       what totals refer to
 * @param classes  one row each
 * @param remarks  what the reader should know
 */
record ReviewFigures(String first, long verdicts, String of, List<OfClass> classes, List<String> remarks) {
    /**
     * A class. What is not known is NaN.
     *
     * @param listed    number of listed events
     * @param verdicts  number of events with a verdict
     * @param precision of the listed events
     * @param events    estimated number of true events
     * @param threshold score from which on the wanted precision is reached
     * @param more      verdicts that the wanted half width takes
     */
    record OfClass(
            String label,
            long listed,
            long verdicts,
            long yes,
            long no,
            long unsure,
            double precision,
            double precisionLow,
            double precisionHigh,
            double events,
            double eventsLow,
            double eventsHigh,
            double threshold,
            double more) {
        /** The row with a name that can be shown. */
        OfClass plain() {
            return new OfClass(
                    PlainText.of(label),
                    listed,
                    verdicts,
                    yes,
                    no,
                    unsure,
                    precision,
                    precisionLow,
                    precisionHigh,
                    events,
                    eventsLow,
                    eventsHigh,
                    threshold,
                    more);
        }
    }

    /** The sums over all classes; those of estimates only where all are known, and no intervals. */
    OfClass total() {
        return new OfClass(
                "All " + Units.count(classes.size(), "class"),
                sum(OfClass::listed),
                sum(OfClass::verdicts),
                sum(OfClass::yes),
                sum(OfClass::no),
                sum(OfClass::unsure),
                Double.NaN,
                Double.NaN,
                Double.NaN,
                classes.stream().mapToDouble(OfClass::events).sum(),
                Double.NaN,
                Double.NaN,
                Double.NaN,
                classes.stream().mapToDouble(OfClass::more).sum());
    }

    private long sum(ToLongFunction<OfClass> of) {
        return classes.stream().mapToLong(of).sum();
    }

    /**
     * What verdicts say about a list.
     *
     * @param precision that is wanted, in (0, 1)
     * @param width     half width of its interval that is wanted, in (0, 1)
     */
    static ReviewFigures of(ReviewMaterial material, VerdictLog log, double precision, double width) {
        ReviewSummary summary = ReviewSummary.of(material.queue(), log);
        List<OfClass> rows = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        for (ClassSummary c : summary.classes().values()) {
            rows.add(row(summary, c, precision, width));
            c.missed().ifPresent(m -> remarks.add(missed(c.label(), m)));
        }
        if (material.queue().list().confirmed() > 0) {
            remarks.add(ReviewTable.confirmed(material.queue().list()) + ".");
        }
        if (!summary.gone().isEmpty()) {
            remarks.add(Units.count(summary.gone().size(), "verdict")
                    + " on events that are no longer listed: kept, and" + " not counted here.");
        }
        long verdicts = log.latest().size();
        return new ReviewFigures(
                first(rows, width), verdicts, of(material.queue().list()), rows, remarks);
    }

    private static OfClass row(ReviewSummary summary, ClassSummary c, double precision, double width) {
        PrecisionEstimate whole = c.whole();
        return new OfClass(
                c.label(),
                c.listed(),
                c.verdicts(),
                count(c, Answer.YES),
                count(c, Answer.NO) + count(c, Answer.OTHER),
                count(c, Answer.UNSURE),
                whole.estimate(),
                whole.low(),
                whole.high(),
                whole.events(),
                whole.eventsLow(),
                whole.eventsHigh(),
                summary.threshold(c.label(), precision)
                        .map(PrecisionEstimate::threshold)
                        .orElse(Double.NaN),
                Math.max(0, summary.verdictsFor(c.label(), width) - whole.sampled()));
    }

    private static int count(ClassSummary c, Answer answer) {
        return c.answers().getOrDefault(answer, 0);
    }

    private static String first(List<OfClass> rows, double width) {
        Optional<OfClass> most = rows.stream().max((a, b) -> Double.compare(a.more(), b.more()));
        String wanted = String.format(Locale.ROOT, "\u00B1%.2f", width);
        double all = rows.stream().mapToDouble(OfClass::more).sum();
        if (most.isEmpty()) {
            return "There are no events to review.";
        }
        return all == 0
                ? "Every precision is known to a half width of " + wanted + "."
                : "About " + Units.count((long) all, "more verdict") + " of the sample for a half width of " + wanted
                        + " in every class.";
    }

    private static String of(ListedEvents list) {
        return "Precision and numbers of true events are of the "
                + Units.count(list.events().size(), "listed event")
                + (Double.isNaN(list.floor()) ? "" : " with scores from " + list.floor())
                + ", estimated from the random sample alone, with intervals at 95 %; \u201Cunsure\u201D is counted both"
                + " ways. Threshold: the lowest score above which the wanted precision is shown.";
    }

    private static String missed(String label, Missed m) {
        return String.format(
                Locale.ROOT,
                "%s in stretches of %.0f s without a listed event: %.0f [%.0f, %.0f] of %d have it, from %d verdicts.",
                PlainText.of(label),
                m.seconds(),
                m.estimate(),
                m.low(),
                m.high(),
                m.stretches(),
                m.sampled());
    }
}
