package org.unmute.probes.decision;

import java.util.List;
import java.util.Objects;

/**
 * What a probe learned about events: for each class a threshold on the scores of stretches, which were scored, filtered
 * and joined as detection does it. Thresholds of clips ({@link Decisions}) do not hold for stretches, since every logit
 * of a maximum moves with the length it is taken over.
 *
 * <p>Thresholds are on <b>raw scores</b> in [0, 1]; what is greater counts. {@link #calibration} makes of the score of
 * an event the probability that a clip of {@link Learned#clipSeconds}, in which this is the highest score, has the
 * class.
 *
 * <p>Immutable and thread-safe.
 *
 * @param stretches   how scores over time became events
 * @param learned     from what
 * @param classes     one for each class, in the order of the probe
 * @param calibration of raw scores, of as many classes
 */
public record EventDecisions(
        Stretches stretches, Learned learned, List<OneClass> classes, ScoreCalibration calibration) {
    /**
     * How scores over time became events when the thresholds were learned; all in seconds.
     *
     * @param context     length of the stretch around each moment; 0 for a single row
     * @param stride      from one stretch to the next
     * @param median      window of the median filter
     * @param maxGap      events of a class at most so far apart become one
     * @param minDuration shorter events are left out
     * @param drop        how far below the threshold, on logits, the score may be while an event lasts; 0: not at all
     */
    public record Stretches(
            double context, double stride, double median, double maxGap, double minDuration, double drop) {
        /** @throws IllegalArgumentException if one is negative or not finite */
        public Stretches {
            for (double number : new double[] {context, stride, median, maxGap, minDuration, drop}) {
                if (!(number >= 0 && number < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("event decisions: seconds must be finite and not negative: "
                            + context + ", " + stride + ", " + median + ", " + maxGap + ", " + minDuration
                            + ", and so must be the drop " + drop);
                }
            }
        }

        /** Events last as long as the score exceeds the threshold. */
        public Stretches(double context, double stride, double median, double maxGap, double minDuration) {
            this(context, stride, median, maxGap, minDuration, 0);
        }
    }

    /**
     * What the thresholds were learned from.
     *
     * @param rule            what they were chosen for
     * @param source          the validation clips in words
     * @param clips           number of validation clips
     * @param clipSeconds     median length of a validation clip
     * @param backgroundHours hours of background without any class; 0 if there was none
     * @param eventsPerHour   events of a class an hour by which precision was judged; NaN where the rule needs none
     * @param shrinkage       as many recordings of a class as weigh as much as the threshold that all classes share; 0
     *                        where each class has its own, infinite where all have the shared one
     */
    public record Learned(
            EventThresholdRule rule,
            String source,
            int clips,
            double clipSeconds,
            double backgroundHours,
            double eventsPerHour,
            double shrinkage) {
        /** @throws IllegalArgumentException if a value is out of range */
        public Learned {
            Objects.requireNonNull(rule);
            if (clips < 1
                    || source.isBlank()
                    || source.chars().anyMatch(Character::isISOControl)
                    || !(clipSeconds > 0)
                    || !(backgroundHours >= 0)
                    || eventsPerHour <= 0
                    || !(shrinkage >= 0)) {
                throw new IllegalArgumentException("event decisions: " + clips + " clips of " + clipSeconds + " s of '"
                        + source.strip() + "', " + backgroundHours + " h of background, " + eventsPerHour
                        + " events an hour, shrinkage " + shrinkage
                        + ": there must be clips and a printable source, and no number may be negative");
            }
        }
    }

    /**
     * The decision about one class, and what is known of it on the validation clips. Alarms are events where the class
     * is known to be absent.
     *
     * @param threshold        on raw scores, in [0, 1]
     * @param isOff            whether the class is not looked for unless it is named: its clips rank no
     *                         higher than others, or, where times are known, its ranking may be chance
     * @param isShown          whether the rule is met by what was measured; false where there was too little to show it
     * @param positives        validation clips with the class
     * @param recordings       that these clips are from
     * @param found            of these clips, those with an event
     * @param absentHours      hours of validation clips known to lack the class
     * @param absentAlarms     alarms in these
     * @param backgroundAlarms alarms in the background
     * @param aurocLow         lower end of the 95 % interval of AUROC over validation clips, by their highest score;
     *                         NaN if not known
     * @param aurocHigh        upper end
     * @param foundSpread      how many times wider the interval of found is than that of independent clips, at least 1:
     *                         clips of a recording are alike
     * @param absentSpread     the same of alarms in clips, which come in bursts
     * @param backgroundSpread the same of alarms in the background
     */
    public record OneClass(
            double threshold,
            boolean isOff,
            boolean isShown,
            int positives,
            int recordings,
            int found,
            double absentHours,
            int absentAlarms,
            int backgroundAlarms,
            double aurocLow,
            double aurocHigh,
            double foundSpread,
            double absentSpread,
            double backgroundSpread) {
        /** @throws IllegalArgumentException if a value is out of range */
        public OneClass {
            if (!(threshold >= 0 && threshold <= 1)
                    || positives < 0
                    || recordings < 0
                    || recordings > positives
                    || found < 0
                    || found > positives
                    || !(absentHours >= 0)
                    || absentAlarms < 0
                    || backgroundAlarms < 0
                    || aurocLow > aurocHigh
                    || !(foundSpread >= 1 && absentSpread >= 1 && backgroundSpread >= 1)) {
                throw new IllegalArgumentException("event decisions: threshold " + threshold + ", " + found + " of "
                        + positives + " clips of " + recordings + " recordings found, " + absentAlarms + " alarms in "
                        + absentHours + " h without the class and " + backgroundAlarms + " in the background, AUROC "
                        + aurocLow + " to " + aurocHigh + ", spread " + foundSpread + ", " + absentSpread + " and "
                        + backgroundSpread + ": a value is out of range");
            }
        }
    }

    /** @throws IllegalArgumentException if the calibration is of other classes */
    public EventDecisions {
        classes = List.copyOf(classes);
        if (classes.size() != calibration.classes()) {
            throw new IllegalArgumentException(
                    "event decisions: " + classes.size() + " classes, a calibration of " + calibration.classes());
        }
    }

    /**
     * The threshold of a class on the scale of calibrated scores.
     *
     * @param c class
     */
    public double calibratedThreshold(int c) {
        return calibration.apply(c, classes.get(c).threshold());
    }

    /**
     * What the score of a class must exceed throughout an event, on the scale of calibrated scores; at most {@link
     * #calibratedThreshold}.
     *
     * @param c class
     */
    public double calibratedLow(int c) {
        double low = low(classes.get(c).threshold(), stretches.drop());
        return Math.min(calibratedThreshold(c), calibration.apply(c, low));
    }

    /**
     * What a score must exceed while an event lasts.
     *
     * @param threshold in [0, 1], on raw scores
     * @param drop      below it, on logits
     */
    public static double low(double threshold, double drop) {
        return drop == 0 ? threshold : Math.min(threshold, Logit.toScore(Logit.of(threshold) - drop));
    }

    @Override
    public String toString() {
        return learned.rule().inWords() + ", learned on "
                + (stretches.context() == 0 ? "single rows" : "stretches of " + stretches.context() + " s") + " in "
                + learned.clips() + " clips (" + learned.source() + ")";
    }
}
