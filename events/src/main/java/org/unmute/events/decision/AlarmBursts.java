package org.unmute.events.decision;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.unmute.metrics.interval.NormalQuantile;
import org.unmute.probes.decision.Logit;

/**
 * The threshold that a limit on alarms needs where alarms come in bursts. One minute of rain can hold more alarms than
 * the ten hours around it: a count of alarms then says less than an interval for independent events claims, and the few
 * alarms at a strict threshold do not show how large bursts are. So this looks at the minutes with the highest scores.
 * Above the lowest of them, the rate of such minutes is taken to fall exponentially (mean excess of logits). Alarms per
 * burst are those at that level, each burst weighted by its size, as in a quasi-Poisson bound. The upper bound of the
 * alarms an hour, with the errors of count and slope, meets the limit at the threshold.
 */
final class AlarmBursts {
    private static final double CONFIDENCE = 0.95;
    /** The highest minutes that are looked at: a share of all, in these bounds. */
    private static final double SHARE = 1.0 / 18;

    private static final int FEWEST = 5;
    private static final int MOST = 20;

    private AlarmBursts() {}

    /**
     * The lowest threshold that bursts allow.
     *
     * @param c      a class
     * @param counts which recordings count
     * @param limit  alarms an hour
     * @return 0 where too little is known: fewer than {@value #FEWEST} minutes of background, or all the same
     */
    static double threshold(EventEvidence evidence, int c, IntPredicate counts, double limit) {
        double hours = 0;
        int blocks = 0;
        double[] highest = new double[evidence.clips().size()];
        for (EventEvidence.Clip clip : evidence.clips()) {
            if (clip.background() && counts.test(clip.recording())) {
                hours += clip.seconds() / 3600;
                highest[blocks++] = Logit.of(Math.max(0, clip.highest()[c]));
            }
        }
        int top = (int) Math.clamp(blocks * SHARE, FEWEST, MOST);
        if (blocks <= top) {
            return 0;
        }
        Arrays.sort(highest, 0, blocks);
        double base = highest[blocks - 1 - top];
        double slope = Arrays.stream(highest, blocks - top, blocks).average().orElseThrow() - base;
        double excess = Math.log(top * size(evidence, c, counts, Logit.toScore(base)) / (hours * limit));
        // Solves x - z * sqrt((1 + x^2) / top) = excess: errors of the count of minutes and of the slope, on
        // logarithms.
        double z = NormalQuantile.of(CONFIDENCE);
        double k = z * z / top;
        double x = (excess + Math.sqrt(k * (excess * excess + 1 - k))) / (1 - k);
        return slope == 0 ? 0 : Logit.toScore(base + Math.max(0, x) * slope);
    }

    /** Alarms in the burst of a random alarm at a threshold; at least 1. */
    private static double size(EventEvidence evidence, int c, IntPredicate counts, double threshold) {
        int[] alarms = new int[evidence.clips().size()];
        EventEvidence.Steps steps = evidence.steps(c);
        for (int i = 0; i < steps.size() && steps.level(i) > threshold; i++) {
            EventEvidence.Clip clip = evidence.clips().get(steps.clip(i));
            if (clip.background() && counts.test(clip.recording())) {
                alarms[steps.clip(i)] += steps.change(i);
            }
        }
        double all = Arrays.stream(alarms).asDoubleStream().sum();
        return all == 0
                ? 1
                : Math.max(
                        1,
                        Arrays.stream(alarms).mapToDouble(n -> (double) n * n).sum() / all);
    }
}
