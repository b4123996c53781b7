package org.unmute.events.decision;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.unmute.metrics.interval.NormalQuantile;
import org.unmute.probes.decision.Logit;

/**
 * The threshold that keeps alarms within a limit if they come in bursts. One minute of rain can hold more alarms than
 * the ten hours around it. An interval for independent events is then too narrow for the count of alarms, and the few
 * alarms at a strict threshold do not show how large bursts are. This class therefore looks at the minutes with the
 * highest scores. Above the lowest of them, the rate of such minutes is assumed to fall exponentially (mean excess of
 * logits). The number of alarms per burst is measured at that level, with each burst weighted by its size, as in a
 * quasi-Poisson bound. At the threshold, the upper bound of the alarms per hour, which includes the errors of count and
 * slope, equals the limit.
 */
final class AlarmBursts {
    private static final double CONFIDENCE = 0.95;
    /** The share of minutes, those with the highest scores, that is examined, within the bounds below. */
    private static final double SHARE = 1.0 / 18;

    private static final int FEWEST = 5;
    private static final int MOST = 20;

    private AlarmBursts() {}

    /**
     * The lowest threshold that keeps bursts within the limit.
     *
     * @param c      a class
     * @param counts which recordings count
     * @param limit  alarms per hour
     * @return 0 if too little is known: fewer than {@value #FEWEST} minutes of background, or all with the same score
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
        // Solves x - z * sqrt((1 + x^2) / top) = excess. The square root is the standard error that follows from the
        // number of minutes and from the slope, on a log scale.
        double z = NormalQuantile.of(CONFIDENCE);
        double k = z * z / top;
        double x = (excess + Math.sqrt(k * (excess * excess + 1 - k))) / (1 - k);
        return slope == 0 ? 0 : Logit.toScore(base + Math.max(0, x) * slope);
    }

    /** Mean number of alarms per burst at a threshold, with bursts weighted by their size; at least 1. */
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
