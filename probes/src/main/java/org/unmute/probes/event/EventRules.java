package org.unmute.probes.event;

import java.util.Arrays;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.pool.TrainedProbe;

/**
 * Rules that turn scores into events, applied in this order: median filter, thresholds with hysteresis, merging of
 * gaps, minimum duration.
 *
 * @param high threshold of each class that at least one frame of an event must exceed
 * @param low threshold of each class that all frames of an event must exceed; at most {@code high}
 * @param medianFrames window of the median filter in frames, odd; 1 turns it off
 * @param maxGap max gap in seconds at which two events of a class are merged
 * @param minDuration min duration in seconds; shorter events are dropped
 * @param topK in each frame, only the {@code topK} classes with the highest scores may be active; 0 for all
 */
public record EventRules(double[] high, double[] low, int medianFrames, double maxGap, double minDuration, int topK) {
    /** @throws IllegalArgumentException if a value is out of range */
    public EventRules {
        high = high.clone();
        low = low.clone();
        if (high.length != low.length || high.length == 0) {
            throw new IllegalArgumentException(
                    "event rules: " + high.length + " high and " + low.length + " low thresholds");
        }
        for (int c = 0; c < high.length; c++) {
            if (!(low[c] <= high[c])) {
                throw new IllegalArgumentException("event rules: class " + c + ": the low threshold " + low[c]
                        + " exceeds the high one " + high[c]);
            }
        }
        if (medianFrames < 1 || medianFrames % 2 == 0 || !(maxGap >= 0) || !(minDuration >= 0) || topK < 0) {
            throw new IllegalArgumentException(
                    "event rules: the median filter takes an odd number of frames, times and "
                            + "counts are not negative: " + medianFrames + " frames, gap " + maxGap + " s, duration "
                            + minDuration + " s, top " + topK);
        }
    }

    /** One threshold for all classes, and no other rules. */
    public static EventRules threshold(int classes, double threshold) {
        double[] all = new double[classes];
        Arrays.fill(all, threshold);
        return new EventRules(all, all, 1, 0, 0, 0);
    }

    /**
     * The thresholds that a probe learned for events, how far below them events last, and no other rules. They are on
     * the scale of the scores of {@link
     * org.unmute.probes.score.FrameScorer#of(TrainedProbe, org.unmute.models.encoder.EncoderSpec)}; infinite for a
     * class that is off. For a probe that learned none, they are {@value Decisions#FALLBACK}, because thresholds
     * learned on whole clips do not apply to stretches.
     */
    public static EventRules learned(TrainedProbe probe) {
        double[] all = new double[probe.classes().size()];
        EventDecisions learned = probe.eventDecisions();
        double[] low = all.clone();
        for (int c = 0; c < all.length; c++) {
            boolean off = learned != null && learned.classes().get(c).isOff();
            all[c] = learned == null
                    ? Decisions.FALLBACK
                    : off ? Double.POSITIVE_INFINITY : learned.calibratedThreshold(c);
            low[c] = learned == null || off ? all[c] : learned.calibratedLow(c);
        }
        return new EventRules(all, low, 1, 0, 0, 0);
    }

    /** Number of classes. */
    public int classes() {
        return high.length;
    }

    @Override
    public double[] high() {
        return high.clone();
    }

    @Override
    public double[] low() {
        return low.clone();
    }

    /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
    @Override
    public boolean equals(Object other) {
        return other instanceof EventRules that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {high, low, medianFrames, maxGap, minDuration, topK};
    }

    @Override
    public String toString() {
        return "EventRules[high=" + Arrays.toString(high) + ", low=" + Arrays.toString(low) + ", medianFrames="
                + medianFrames + ", maxGap=" + maxGap + ", minDuration=" + minDuration + ", topK=" + topK + "]";
    }
}
