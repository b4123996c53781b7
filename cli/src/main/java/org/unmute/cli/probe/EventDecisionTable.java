package org.unmute.cli.probe;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Units;
import org.unmute.metrics.interval.Proportion;
import org.unmute.metrics.interval.Rate;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventDecisions.OneClass;
import org.unmute.probes.decision.EventThresholdRule.Goal;
import org.unmute.probes.pool.TrainedProbe;

/**
 * What a probe decides about events, class by class, for a terminal and for JSON.
 *
 * @param rule            what the thresholds are for
 * @param source          the validation clips in words
 * @param contextSeconds  length of the stretches they were learned on
 * @param strideSeconds   from one stretch to the next
 * @param medianSeconds   window of the median filter on scores
 * @param drop            how far below the threshold, on logits, a score may be while an event lasts
 * @param clipSeconds     median length of a validation clip, for which scores are probabilities
 * @param backgroundHours hours of background
 * @param eventsPerHour   by which precision was judged; null where the rule needs none
 * @param alarmsPerHour   sum over the classes, in the background if there was some, else where classes are absent
 * @param off             classes that are off, see {@link EventDecisions.OneClass#isOff}
 * @param notShown        classes for which there was too little to show that the rule is met
 * @param classes         one row a class
 */
public record EventDecisionTable(
        String rule,
        String source,
        double contextSeconds,
        double strideSeconds,
        double medianSeconds,
        double drop,
        double clipSeconds,
        double backgroundHours,
        Double eventsPerHour,
        double alarmsPerHour,
        List<String> off,
        List<String> notShown,
        List<Row> classes) {
    private static final int NAMED = 4;
    /** With fewer clips, a share is stated by its interval alone. */
    private static final int FEW_CLIPS = 10;

    /**
     * A class.
     *
     * @param threshold        on the scores that events have
     * @param found            share of the positive clips with an event and its interval; null without positive clips
     * @param absent           alarms an hour in clips without the class; null without such clips
     * @param background       alarms an hour in the background; null without background
     */
    public record Row(
            String name,
            int positives,
            int recordings,
            double threshold,
            boolean off,
            boolean shown,
            Share found,
            PerHour absent,
            PerHour background) {
        /** The share found with its interval; of few clips the interval alone, since the share says little. */
        public String foundInWords() {
            return found == null
                    ? "-"
                    : positives < FEW_CLIPS
                            ? String.format(
                                    Locale.ROOT,
                                    "%d of %d: %.0f to %.0f %%",
                                    found.count(),
                                    positives,
                                    100 * found.low(),
                                    100 * found.high())
                            : String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", found.share(), found.low(), found.high());
        }

        /** Alarms an hour with their interval, in the background where there was some. */
        public String alarmsInWords() {
            return inWords(alarms());
        }

        /** Alarms an hour, in the background where there was some; null if nobody counted them. */
        public PerHour alarms() {
            return background != null ? background : absent;
        }
    }

    /** A share with the ends of its 95 % interval. */
    public record Share(int count, double share, double low, double high) {}

    /** Alarms in some hours, and a rate with the ends of its 95 % interval. */
    public record PerHour(int count, double hours, double rate, double low, double high) {}

    /** Of a probe; null if it learned nothing about events. */
    public static EventDecisionTable of(TrainedProbe probe) {
        EventDecisions all = probe.eventDecisions();
        if (all == null) {
            return null;
        }
        EventDecisions.Learned learned = all.learned();
        List<Row> rows = new ArrayList<>();
        double sum = 0;
        for (int c = 0; c < all.classes().size(); c++) {
            OneClass one = all.classes().get(c);
            Row row = new Row(
                    probe.classes().get(c),
                    one.positives(),
                    one.recordings(),
                    all.calibratedThreshold(c),
                    one.isOff(),
                    one.isShown(),
                    share(one.found(), one.positives(), one.foundSpread()),
                    perHour(one.absentAlarms(), one.absentHours(), one.absentSpread()),
                    perHour(one.backgroundAlarms(), learned.backgroundHours(), one.backgroundSpread()));
            rows.add(row);
            PerHour counted = row.alarms();
            sum += counted == null || one.isOff() ? 0 : counted.rate();
        }
        return new EventDecisionTable(
                learned.rule().toString(),
                learned.source(),
                all.stretches().context(),
                all.stretches().stride(),
                all.stretches().median(),
                all.stretches().drop(),
                learned.clipSeconds(),
                learned.backgroundHours(),
                Double.isNaN(learned.eventsPerHour()) ? null : learned.eventsPerHour(),
                sum,
                rows.stream().filter(Row::off).map(Row::name).toList(),
                rows.stream().filter(r -> !r.shown()).map(Row::name).toList(),
                rows);
    }

    private static Share share(int count, int of, double spread) {
        if (of == 0) {
            return null;
        }
        Proportion p = Proportion.wilson(count, of).widened(spread);
        return new Share(count, p.estimate(), p.low(), p.high());
    }

    private static PerHour perHour(int count, double hours, double spread) {
        if (hours == 0) {
            return null;
        }
        Rate r = Rate.poisson(count, hours).widened(spread);
        return new PerHour(count, hours, r.estimate(), r.low(), r.high());
    }

    /** Prints the table if a row for each class is wanted, and what was not shown. */
    public void print(String run, PrintWriter o, boolean perClass) {
        o.printf(
                Locale.ROOT,
                "events, %s: %s false alarms an hour of %s, all classes together%n",
                run,
                rate(alarmsPerHour),
                backgroundHours > 0 ? "background" : "clips without the class");
        o.printf(
                Locale.ROOT,
                "  thresholds (%s): %s, median %s s%s%n",
                rule,
                contextSeconds == 0
                        ? "single rows"
                        : "stretches of " + contextSeconds + " s every " + strideSeconds + " s",
                medianSeconds,
                eventsPerHour == null ? "" : ", " + rate(eventsPerHour) + " events/h of a class");
        if (drop != 0) {
            o.println("  events last down to " + drop + " below the threshold, on logits");
        }
        String[] learned = source.split(" (?=\\(on recordings)", 2);
        if (backgroundHours > 0 || learned[0].contains(", ")) { // else on the clips that were just named
            o.println("  learned on " + learned[0]
                    + (backgroundHours > 0
                            ? String.format(Locale.ROOT, " and %.2f h of background", backgroundHours)
                            : ""));
        }
        if (learned.length > 1) {
            o.println("  " + learned[1]);
        }
        if (perClass) {
            printClasses(o);
        }
        printDoubts(o);
    }

    private void printClasses(PrintWriter o) {
        ConsoleTable table = new ConsoleTable(
                "class", "clips", "recordings", "threshold", "found", "alarms/h, clips", "alarms/h, background", "");
        for (Row row : classes) {
            table.row(
                    row.name(),
                    row.positives(),
                    row.recordings(),
                    String.format(Locale.ROOT, "%.3f", row.threshold()),
                    row.foundInWords(),
                    inWords(row.absent()),
                    inWords(row.background()),
                    (row.off() ? "off" : "") + (row.shown() ? "" : row.off() ? ", not shown" : "not shown"));
        }
        table.print(o);
    }

    private void printDoubts(PrintWriter o) {
        if (!off.isEmpty()) {
            o.println("  off: " + named(off) + " ('detect --classes NAME' looks for them)");
        }
        if (!notShown.isEmpty()) {
            boolean quiet =
                    backgroundHours > 0 && rule.startsWith(Goal.ALARMS.name().toLowerCase(Locale.ROOT));
            o.println("  not shown for " + Units.count(notShown.size(), "class") + ": " + named(notShown)
                    + (quiet ? "" : ": the validation clips do not reach it"));
            if (quiet) {
                o.printf(
                        Locale.ROOT,
                        "  (%.2f h of background without an alarm show no less than %s an hour)%n",
                        backgroundHours,
                        rate(3 / backgroundHours));
            }
        }
    }

    private static String rate(double perHour) {
        return String.format(Locale.ROOT, perHour < 100 ? "%.2g" : "%.0f", perHour);
    }

    private static String inWords(PerHour rate) {
        return rate == null
                ? "-"
                : rate.hours() < 1
                        ? String.format(
                                Locale.ROOT,
                                "%d in %.2f h: %s to %.3g",
                                rate.count(),
                                rate.hours(),
                                rate.count() == 0 ? "0" : String.format(Locale.ROOT, "%.3g", rate.low()),
                                rate.high())
                        : String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", rate.rate(), rate.low(), rate.high());
    }

    private static String named(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + (names.size() > NAMED ? ", …" : "");
    }
}
