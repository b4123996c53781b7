package org.unmute.events.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unmute.events.decision.EventEvidence.State;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.FrameScores;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.Logit;

class AlarmBurstsTest {
    private static final int HOURS = 6;
    private static final int ROWS = 120;
    private static final double LIMIT = 1;
    private static final int REPETITIONS = 200;

    /**
     * Hours of background with an alarm in each minute. Its height is drawn from an exponential distribution; in a
     * burst, further alarms of nearly the same height follow.
     */
    private static EventEvidence night(SplittableRandom random, int burst) {
        EventEvidence evidence = new EventEvidence(List.of("wren"), PostProcessing.NONE);
        double[] times = new double[ROWS * 60 + 1];
        Arrays.setAll(times, i -> i * 0.5);
        for (int hour = 0; hour < HOURS; hour++) {
            float[][] scores = new float[times.length - 1][1];
            for (int minute = 0; minute < 60; minute++) {
                double height = -4 - Math.log(1 - random.nextDouble());
                for (int i = 0; i < burst; i++) {
                    scores[minute * ROWS + 2 * i][0] = (float) Logit.toScore(height - 0.01 * i);
                }
            }
            evidence.addBackground("night " + hour, new FrameScores("night", times, scores));
        }
        return evidence;
    }

    /**
     * Alarms per hour at a threshold: each of the 60 minutes is above it with a probability that falls exponentially.
     */
    private static double truth(double threshold, int burst) {
        double alarms = 0;
        for (int i = 0; i < burst; i++) {
            alarms += 60 * Math.min(1, Math.exp(-(Logit.of(threshold) + 0.01 * i + 4)));
        }
        return alarms;
    }

    private static double share(int burst, boolean withBursts) {
        SplittableRandom random = new SplittableRandom(11);
        int met = 0;
        for (int i = 0; i < REPETITIONS; i++) {
            EventEvidence evidence = night(random, burst);
            double threshold = Tradeoff.ofBackground(evidence, 0, _ -> true)
                    .choose(EventThresholdRule.parse("alarms=1/h"), 1)
                    .threshold();
            if (withBursts) {
                threshold = Math.max(threshold, AlarmBursts.threshold(evidence, 0, _ -> true, LIMIT));
            }
            met += truth(threshold, burst) <= LIMIT ? 1 : 0;
        }
        return (double) met / REPETITIONS;
    }

    @Test
    void aLimitHoldsWhereAlarmsComeInBursts() {
        assertThat(share(8, false)).as("counts alone").isLessThan(0.9);
        assertThat(share(8, true)).as("with bursts").isGreaterThanOrEqualTo(0.93);
    }

    @Test
    void independentAlarmsRaiseTheThresholdLittle() {
        SplittableRandom random = new SplittableRandom(5);
        double counts = 0;
        double both = 0;
        for (int i = 0; i < REPETITIONS; i++) {
            EventEvidence evidence = night(random, 1);
            double threshold = Tradeoff.ofBackground(evidence, 0, _ -> true)
                    .choose(EventThresholdRule.parse("alarms=1/h"), 1)
                    .threshold();
            counts += truth(threshold, 1);
            both += truth(Math.max(threshold, AlarmBursts.threshold(evidence, 0, _ -> true, LIMIT)), 1);
        }
        assertThat(both).isGreaterThan(0.75 * counts);
    }

    @Test
    void withoutEnoughBackgroundNothingIsSaid() {
        EventEvidence evidence = new EventEvidence(List.of("wren"), PostProcessing.NONE);
        assertThat(AlarmBursts.threshold(evidence, 0, _ -> true, LIMIT)).isZero();
        double[] times = {0, 60, 120, 180, 240};
        evidence.addBackground("night", new FrameScores("night", times, new float[4][1]));
        assertThat(AlarmBursts.threshold(evidence, 0, _ -> true, LIMIT)).isZero();
        evidence.add("a", new FrameScores("a", times, new float[4][1]), new State[] {State.PRESENT});
        assertThat(AlarmBursts.threshold(evidence, 0, _ -> true, LIMIT)).isZero();
    }

    @Test
    void minutesAreCountedApart() {
        EventEvidence evidence = night(new SplittableRandom(3), 2);
        assertThat(evidence.clips()).hasSize(HOURS * 60);
        assertThat(evidence.recordings()).isEqualTo(HOURS);
        assertThat(evidence.clips().stream()
                        .mapToDouble(EventEvidence.Clip::seconds)
                        .sum())
                .isEqualTo(HOURS * 3600.0);
    }
}
