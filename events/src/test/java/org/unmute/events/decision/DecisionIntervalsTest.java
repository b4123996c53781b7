package org.unmute.events.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unmute.events.decision.EventEvidence.State;
import org.unmute.events.strong.PostProcessing;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.interval.Proportion;
import org.unmute.metrics.interval.Rate;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventDecisions.OneClass;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.Logit;

/**
 * The intervals for clips found and for alarms contain the truth although the threshold was chosen on the same clips.
 * The truth is simulated: alarms are a Poisson process with normally distributed logits, and so are the logits of clips
 * with the class.
 */
class DecisionIntervalsTest {
    private static final int REPETITIONS = 1000;
    private static final double PEAKS_PER_HOUR = 30;
    private static final int POSITIVES = 60;
    private static final EventDecisions.Stretches STRETCHES = new EventDecisions.Stretches(1, 0.1, 0, 0, 0);

    /** Rows with scores near zero, with a row for each peak between them. */
    private static FrameScores peaks(double seconds, double... logits) {
        int rows = 2 * logits.length + 1;
        float[][] scores = new float[rows][1];
        for (int i = 0; i < rows; i++) {
            scores[i][0] = i % 2 == 0 ? 1e-9f : (float) Logit.toScore(logits[i / 2]);
        }
        double[] times = new double[rows + 1];
        Arrays.setAll(times, i -> i * seconds / rows);
        return new FrameScores("clip", times, scores);
    }

    private static int poisson(double mean, SplittableRandom random) {
        int count = -1;
        for (double sum = 0; sum < mean; count++) {
            sum -= Math.log(1 - random.nextDouble());
        }
        return count;
    }

    /** 1 - Phi(z), from the complementary error function by Abramowitz and Stegun 7.1.26, accurate to 1.5e-7. */
    private static double above(double z) {
        double x = Math.abs(z) / Math.sqrt(2);
        double t = 1 / (1 + 0.3275911 * x);
        double erfc = t
                * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
                * Math.exp(-x * x);
        return z >= 0 ? erfc / 2 : 1 - erfc / 2;
    }

    @Test
    @FullBuild("repeats a thousand choices in each of its settings")
    void theyHoldTheTruthThoughTheThresholdWasChosenOnTheSameClips() {
        double sum = 0;
        int settings = 0;
        for (int hours : new int[] {4, 10, 20}) {
            for (double distance : distances(hours)) {
                int alarms = 0;
                int found = 0;
                SplittableRandom random = new SplittableRandom(hours * 100L + (long) distance);
                for (int i = 0; i < REPETITIONS; i++) {
                    EventDecisions decisions = once(hours, distance, random);
                    OneClass one = decisions.classes().getFirst();
                    double z = Logit.of(one.threshold());
                    Rate rate = Rate.poisson(one.backgroundAlarms(), hours).widened(one.backgroundSpread());
                    double truth = PEAKS_PER_HOUR * above(z);
                    alarms += rate.low() <= truth && truth <= rate.high() ? 1 : 0;
                    Proportion share =
                            Proportion.wilson(one.found(), one.positives()).widened(one.foundSpread());
                    double recall = above(z - distance);
                    found += share.low() <= recall && recall <= share.high() ? 1 : 0;
                }
                assertThat(alarms)
                        .as("alarms, %d h, distance %s", hours, distance)
                        .isGreaterThanOrEqualTo(930);
                assertThat(found)
                        .as("found, %d h, distance %s", hours, distance)
                        .isGreaterThanOrEqualTo(930);
                sum += alarms + found;
                settings += 2;
            }
        }
        assertThat(sum / settings / REPETITIONS).isBetween(0.94, 0.98);
    }

    /** Distances of clips with the class from the others: in the quick build one for each number of hours. */
    private static double[] distances(int hours) {
        return Boolean.getBoolean("unmute.full")
                ? new double[] {1, 2, 3}
                : new double[] {hours == 4 ? 2 : hours == 10 ? 3 : 1};
    }

    private static EventDecisions once(int hours, double distance, SplittableRandom random) {
        EventEvidence evidence = new EventEvidence(List.of("wren"), PostProcessing.NONE);
        for (int i = 0; i < POSITIVES; i++) {
            evidence.add("r" + i, peaks(5, random.nextGaussian() + distance), new State[] {State.PRESENT});
        }
        for (int h = 0; h < hours; h++) {
            double[] logits = new double[poisson(PEAKS_PER_HOUR, random)];
            Arrays.setAll(logits, _ -> random.nextGaussian());
            evidence.addBackground("night " + h, peaks(3600, logits));
        }
        return EventDecisionLearner.of(evidence, EventThresholdRule.ONE_ALARM, Double.NaN)
                .learn(STRETCHES, "split 'val'");
    }
}
