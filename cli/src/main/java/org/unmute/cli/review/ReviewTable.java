package org.unmute.cli.review;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Units;
import org.unmute.events.review.ClassSummary;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.Missed;
import org.unmute.events.review.PrecisionEstimate;
import org.unmute.events.review.ReviewComparison;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewSummary;
import org.unmute.files.PlainText;

/** What the verdicts of a folder say, as text and as JSON. */
public final class ReviewTable {
    private static final int LONGEST = 60;

    private final ReviewQueue queue;
    private final ReviewSummary summary;
    private final double wanted;
    private final double halfWidth;
    private ReviewComparison comparison;
    private Path other;

    /**
     * @param wanted    precision for which a threshold is stated
     * @param halfWidth half width for which a number of verdicts is stated
     */
    public ReviewTable(ReviewQueue queue, ReviewSummary summary, double wanted, double halfWidth) {
        this.queue = queue;
        this.summary = summary;
        this.wanted = wanted;
        this.halfWidth = halfWidth;
    }

    /** Adds what another list changes. */
    public void compare(ReviewComparison with, Path list) {
        comparison = with;
        other = list;
    }

    /** The document for JSON. */
    public Map<String, Object> document() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("source", queue.list().source());
        all.put("list", queue.list().digest());
        all.put("floor", queue.list().floor());
        List<Object> classes = new ArrayList<>();
        for (ClassSummary one : summary.classes().values()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("class", one.label());
            row.put("listed", one.listed());
            Map<String, Integer> answers = new LinkedHashMap<>();
            one.answers().forEach((answer, n) -> answers.put(answer.word(), n));
            row.put("verdicts", answers);
            row.put("verdictsForHalfWidth", summary.verdictsFor(one.label(), halfWidth));
            row.put("secondsPerVerdict", one.seconds());
            row.put("precision", precision(one.whole()));
            row.put("above", one.above().stream().map(ReviewTable::precision).toList());
            row.put(
                    "threshold",
                    summary.threshold(one.label(), wanted)
                            .map(ReviewTable::precision)
                            .orElse(null));
            row.put("missed", one.missed().map(m -> missed(one, m)).orElse(null));
            classes.add(row);
        }
        all.put("classes", classes);
        all.put("wantedPrecision", wanted);
        all.put("halfWidth", halfWidth);
        all.put("verdictsOnOtherLists", summary.gone().size());
        all.put("confirmedBefore", queue.list().confirmed());
        if (comparison != null) {
            all.put("comparedWith", other.toString());
            Map<String, Object> changes = new LinkedHashMap<>();
            comparison.classes().forEach((label, change) -> {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("before", change.before());
                row.put("after", change.after());
                row.put("gained", change.gained().size());
                row.put("lost", change.lost().size());
                row.put("lostConfirmed", change.lostYes());
                row.put("lostRejected", change.lostNo());
                row.put("keptRejected", change.keptNo());
                changes.put(label, row);
            });
            all.put("changes", changes);
        }
        return all;
    }

    private static Map<String, Object> precision(PrecisionEstimate precision) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("threshold", precision.threshold());
        row.put("listed", precision.listed());
        row.put("sampled", precision.sampled());
        row.put("unsure", precision.unsure());
        row.put("low", precision.low());
        row.put("estimate", precision.estimate());
        row.put("high", precision.high());
        row.put("trueLow", precision.eventsLow());
        row.put("true", precision.events());
        row.put("trueHigh", precision.eventsHigh());
        return row;
    }

    private static Map<String, Object> missed(ClassSummary one, Missed missed) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("stretches", missed.stretches());
        row.put("stretchSeconds", missed.seconds());
        row.put("sampled", missed.sampled());
        row.put("low", missed.low());
        row.put("estimate", missed.estimate());
        row.put("high", missed.high());
        one.recall().ifPresent(recall -> row.put("recall", recall));
        return row;
    }

    /** How many events are not asked again. */
    static String confirmed(ListedEvents list) {
        return Units.count(list.confirmed(), "listed event")
                + " confirmed in an earlier review: not asked again, and right where the sample has them";
    }

    /** Prints the tables. */
    public void print(PrintWriter o) {
        ConsoleTable table = new ConsoleTable(
                "class",
                "listed",
                "verdicts",
                "sampled",
                "precision",
                "95 % interval",
                "true events",
                "threshold",
                "verdicts for ±" + String.format(Locale.ROOT, "%.2g", halfWidth));
        for (ClassSummary one : summary.classes().values()) {
            PrecisionEstimate whole = one.whole();
            boolean any = whole.sampled() > 0;
            Optional<PrecisionEstimate> threshold = summary.threshold(one.label(), wanted);
            table.row(
                    shown(one.label()),
                    one.listed(),
                    one.verdicts(),
                    whole.sampled(),
                    any ? whole.estimate() : null,
                    any ? format("%.3f to %.3f", whole.low(), whole.high()) : null,
                    any ? format("%.0f to %.0f", whole.eventsLow(), whole.eventsHigh()) : null,
                    threshold.map(p -> format("%.3f", p.threshold())).orElse(null),
                    summary.verdictsFor(one.label(), halfWidth));
        }
        table.print(o);
        o.println();
        o.println("precision and true events: of the listed events"
                + (Double.isNaN(queue.list().floor())
                        ? ""
                        : " with a score of at least " + queue.list().floor())
                + ", from the random sample; unsure counts both ways");
        o.println("threshold: the lowest score above which a precision of " + wanted + " is shown");
        for (ClassSummary one : summary.classes().values()) {
            one.missed().ifPresent(m -> o.println(missedLine(one, m)));
        }
        if (queue.list().confirmed() > 0) {
            o.println(confirmed(queue.list()));
        }
        if (!summary.gone().isEmpty()) {
            o.println(Units.count(summary.gone().size(), "verdict")
                    + " on events that are not listed (any more): kept, and counted for nothing here");
        }
        if (comparison != null) {
            printChanges(o);
        }
    }

    /** A name that may be of any length, such that it does not widen all rows; JSON has it whole. */
    private static String shown(String label) {
        String plain = PlainText.of(label);
        return plain.codePointCount(0, plain.length()) <= LONGEST
                ? plain
                : plain.substring(0, plain.offsetByCodePoints(0, LONGEST - 1)) + "…";
    }

    private static String missedLine(ClassSummary one, Missed missed) {
        String line = shown(one.label()) + ": of " + missed.stretches() + " stretches of " + missed.seconds()
                + " s without a listed event, " + format("%.0f to %.0f", missed.low(), missed.high()) + " have it ("
                + Units.count(missed.sampled(), "verdict") + ")";
        return one.recall()
                .map(recall -> line + format("; %.2f to %.2f of its sounds are listed", recall[0], recall[1]))
                .orElse(line);
    }

    private void printChanges(PrintWriter o) {
        o.println();
        o.println("compared with " + other + ":");
        ConsoleTable table = new ConsoleTable(
                "class", "before", "after", "gained", "lost", "lost, confirmed", "lost, rejected", "kept, rejected");
        comparison
                .classes()
                .forEach((label, c) -> table.row(
                        shown(label),
                        c.before(),
                        c.after(),
                        c.gained().size(),
                        c.lost().size(),
                        c.lostYes(),
                        c.lostNo(),
                        c.keptNo()));
        table.print(o);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
