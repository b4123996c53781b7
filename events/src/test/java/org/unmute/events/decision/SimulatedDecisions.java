package org.unmute.events.decision;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.unmute.events.decision.EventEvidence.State;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.interval.NormalQuantile;
import org.unmute.metrics.interval.Proportion;
import org.unmute.metrics.interval.Rate;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventDecisions.OneClass;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.Logit;

/**
 * Decisions from left-out scores whose truth is known: on logits, scores are normal, with a part that all clips of a
 * recording share.
 *
 * @param rule       by which thresholds are chosen
 * @param classes    number of classes; each clip has one of them
 * @param recordings of each class
 * @param clips      of each recording
 * @param apart      from clips without a class to those with it, in standard deviations
 * @param alike      share of the variance that a recording's clips have in common, in [0, 1)
 * @param minutes    of background
 */
record SimulatedDecisions(
        String rule, int classes, int recordings, int clips, double apart, double alike, int minutes) {
    private static final double SECONDS = 5;
    /** One clip of a minute of background after the other. */
    private static final int PER_MINUTE = (int) (60 / SECONDS);

    /**
     * How often intervals hold the truth.
     *
     * @param found      of the share of clips that are found
     * @param absent     of alarms an hour in clips without the class
     * @param background of alarms an hour in the background; NaN without
     * @param width      mean width of the intervals of found
     */
    record Coverage(SimulatedDecisions of, double found, double absent, double background, double width) {
        static double mean(List<Coverage> all, ToDoubleFunction<Coverage> what) {
            return all.stream()
                    .mapToDouble(what)
                    .filter(x -> !Double.isNaN(x))
                    .average()
                    .orElseThrow();
        }
    }

    Coverage repeated(int times) {
        double[] sums = IntStream.range(0, times)
                .parallel()
                .mapToObj(i -> once(new SplittableRandom(1000003L * i + hashCode())))
                .reduce(new double[4], (a, b) -> {
                    double[] sum = a.clone();
                    Arrays.setAll(sum, k -> a[k] + b[k]);
                    return sum;
                });
        double n = (double) times * classes;
        return new Coverage(this, sums[0] / n, sums[1] / n, minutes == 0 ? Double.NaN : sums[2] / n, sums[3] / n);
    }

    private double[] once(SplittableRandom random) {
        String[] names = new String[classes];
        Arrays.setAll(names, c -> "class " + c);
        EventEvidence evidence = new EventEvidence(List.of(names), PostProcessing.NONE);
        for (int r = 0; r < recordings * classes; r++) {
            double[] shared = shared(random);
            for (int i = 0; i < clips; i++) {
                State[] states = new State[classes];
                Arrays.fill(states, State.ABSENT);
                states[r % classes] = State.PRESENT;
                evidence.add("r" + r, frames(random, shared, r % classes, 1), states);
            }
        }
        for (int m = 0; m < minutes; m++) {
            evidence.addBackground("b" + m / 10, frames(random, shared(random), -1, PER_MINUTE));
        }
        EventDecisions decisions = EventDecisionLearner.of(evidence, EventThresholdRule.parse(rule), Double.NaN)
                .learn(new EventDecisions.Stretches(SECONDS, SECONDS, 0, 0, 0), "folds");
        double[] sums = new double[4];
        for (OneClass one : decisions.classes()) {
            double z = Logit.of(one.threshold());
            Proportion p = Proportion.wilson(one.found(), one.positives()).widened(one.foundSpread());
            sums[0] += holds(p.low(), p.high(), above(z - apart));
            double perHour = above(z) * 3600 / SECONDS;
            Rate absent = Rate.poisson(one.absentAlarms(), one.absentHours()).widened(one.absentSpread());
            sums[1] += holds(absent.low(), absent.high(), perHour);
            if (minutes > 0) {
                Rate b = Rate.poisson(one.backgroundAlarms(), minutes / 60.0).widened(one.backgroundSpread());
                sums[2] += holds(b.low(), b.high(), perHour);
            }
            sums[3] += p.high() - p.low();
        }
        return sums;
    }

    private double[] shared(SplittableRandom random) {
        double[] shared = new double[classes];
        Arrays.setAll(shared, _ -> Math.sqrt(alike) * random.nextGaussian());
        return shared;
    }

    private FrameScores frames(SplittableRandom random, double[] shared, int has, int count) {
        float[][] scores = new float[count][classes];
        double[] times = new double[count + 1];
        Arrays.setAll(times, i -> i * SECONDS);
        for (float[] row : scores) {
            for (int c = 0; c < classes; c++) {
                double z = shared[c] + Math.sqrt(1 - alike) * random.nextGaussian() + (c == has ? apart : 0);
                row[c] = (float) (1 / (1 + Math.exp(-z)));
            }
        }
        return new FrameScores("clip", times, scores);
    }

    private static int holds(double low, double high, double truth) {
        return low - 1e-12 <= truth && truth <= high + 1e-12 ? 1 : 0;
    }

    /** Share of normal values above z. */
    private static double above(double z) {
        // Bisection of the quantile is exact enough here.
        double low = 1e-300;
        double high = 1 - 1e-16;
        for (int i = 0; i < 80; i++) {
            double mid = (low + high) / 2;
            if (NormalQuantile.of(mid) < -z) {
                low = mid;
            } else {
                high = mid;
            }
        }
        return low;
    }
}
