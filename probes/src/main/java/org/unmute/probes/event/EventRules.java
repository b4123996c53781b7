package org.unmute.probes.event;

import java.util.Arrays;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.pool.TrainedProbe;

/**
 * How scores become events, in this order: median filter, thresholds with hysteresis, merging of gaps, minimum
 * duration.
 *
 * @param high         threshold of each class that an event must exceed once
 * @param low          threshold of each class that all its frames must exceed; at most {@code high}
 * @param medianFrames window of the median filter in frames, odd; 1 leaves scores as they are
 * @param maxGap       events of a class that are at most so far apart become one, in seconds
 * @param minDuration  shorter events are left out, in seconds
 * @param topK         in each frame only the classes with so many highest scores may be active; 0 for all
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

    /** One threshold for all classes, without other rules. */
    public static EventRules threshold(int classes, double threshold) {
        double[] all = new double[classes];
        Arrays.fill(all, threshold);
        return new EventRules(all, all, 1, 0, 0, 0);
    }

    /**
     * The thresholds that a probe learned for events, on the scale of the scores of {@link
     * org.unmute.probes.score.FrameScorer#of(TrainedProbe, org.unmute.models.encoder.EncoderSpec)}; infinite for a
     * class that is off. {@value Decisions#FALLBACK} for a probe that learned none: those of clips do not hold for
     * stretches. Without other rules.
     */
    public static EventRules learned(TrainedProbe probe) {
        double[] all = new double[probe.classes().size()];
        EventDecisions learned = probe.eventDecisions();
        Arrays.setAll(
                all,
                c -> learned == null
                        ? Decisions.FALLBACK
                        : learned.classes().get(c).isOff() ? Double.POSITIVE_INFINITY : learned.calibratedThreshold(c));
        return new EventRules(all, all, 1, 0, 0, 0);
    }

    /** How many classes there are. */
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
}
