package org.unmute.probes.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class DecisionsTest {
    /**
     * Computed by hand: the scores of class 0 are, from the highest, right, wrong, right, wrong. F1 of the first k is
     * 2/3, 1/2, 4/5, 2/3, so the third is the last to count.
     */
    @Test
    void learnsWhatIsWorkedOutByHand() {
        float[][] scores = {{0.25f, 0.5f}, {0.75f, 0.5f}, {0.5f, 0.5f}, {0.875f, 0.5f}};
        boolean[][] labels = {{false, false}, {false, false}, {true, false}, {true, false}};
        Decisions learned = Decisions.learn(ThresholdRule.MAX_F1, "split 'val'", scores, labels);
        assertThat(learned.thresholds()).containsExactly(0.375, Double.NaN);
        assertThat(learned.positives()).containsExactly(2, 0);
        assertThat(learned.isKnown(1)).isFalse();
        assertThat(learned.threshold(1)).isEqualTo(0.5);
        assertThat(learned.isPresent(0, 0.5)).isTrue();
        assertThat(learned.isPresent(0, 0.375)).as("not greater").isFalse();
        assertThat(learned.isPresent(1, 0.5)).isFalse();
        assertThat(learned).hasToString("max F1, learned on 4 clips (split 'val')");
        Decisions precise = Decisions.learn(new ThresholdRule(1), "split 'val'", scores, labels);
        assertThat(precise.threshold(0)).isEqualTo(0.8125);
    }

    /** Calibrated scores against calibrated thresholds give the same decisions as raw scores against raw thresholds. */
    @Test
    void calibratedThresholdsDecideTheSame() {
        SplittableRandom random = new SplittableRandom(3);
        float[][] scores = new float[60][3];
        boolean[][] labels = new boolean[60][3];
        for (int i = 0; i < scores.length; i++) {
            for (int c = 0; c < 3; c++) {
                scores[i][c] = random.nextFloat();
                labels[i][c] = random.nextDouble() < scores[i][c];
            }
        }
        Decisions learned = Decisions.learn(ThresholdRule.MAX_F1, "x", scores, labels);
        double[] calibrated = learned.calibratedThresholds();
        for (float[] row : scores) {
            for (int c = 0; c < 3; c++) {
                assertThat(learned.calibration().apply(c, row[c]) > calibrated[c])
                        .isEqualTo(learned.isPresent(c, row[c]));
            }
        }
    }

    /** A class for which even a score of 0 counts. */
    @Test
    void aNegativeThresholdLetsEveryScoreCount() {
        Decisions learned =
                Decisions.learn(ThresholdRule.MAX_F1, "x", new float[][] {{0}, {0}}, new boolean[][] {{true}, {true}});
        assertThat(learned.thresholds()[0]).isNegative();
        assertThat(learned.isPresent(0, 0)).isTrue();
        assertThat(learned.calibration().apply(0, 0)).isGreaterThan(learned.calibratedThreshold(0));
    }

    /** Brute force over all midpoints: the lowest threshold that reaches the precision. */
    @Test
    void thresholdsOfAPrecisionAreThoseOfTryingAll() {
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 300; round++) {
            int clips = 2 + random.nextInt(25);
            float[][] scores = new float[clips][1];
            boolean[][] labels = new boolean[clips][1];
            labels[0][0] = true;
            for (int i = 0; i < clips; i++) {
                scores[i][0] = random.nextInt(1, 9) / 10f;
                labels[i][0] |= random.nextInt(3) == 0;
            }
            double wanted = random.nextInt(1, 11) / 10.0;
            double threshold = new ThresholdRule(wanted).choose(scores, labels)[0];
            double[] found = counts(scores, labels, threshold);
            double most = -1;
            double highest = 0;
            for (double t = 0.05; t < 0.9; t += 0.1) {
                double[] at = counts(scores, labels, t);
                if (at[1] > 0) {
                    highest = Math.max(highest, at[0] / at[1]);
                    most = at[0] / at[1] >= wanted ? Math.max(most, at[1]) : most;
                }
            }
            if (most > 0) {
                assertThat(found[0] / found[1]).isGreaterThanOrEqualTo(wanted);
                assertThat(found[1]).as("the most detections").isEqualTo(most);
            } else {
                assertThat(found[0] / found[1]).as("the max precision").isEqualTo(highest);
            }
        }
    }

    /** Number of hits and of detections. */
    private static double[] counts(float[][] scores, boolean[][] labels, double threshold) {
        double[] counts = new double[2];
        for (int i = 0; i < scores.length; i++) {
            boolean said = scores[i][0] > threshold;
            counts[0] += said && labels[i][0] ? 1 : 0;
            counts[1] += said ? 1 : 0;
        }
        return counts;
    }

    /** The order of neighbouring floats is preserved strictly, unless the result is close to 1. */
    @Property
    void calibrationRisesStrictly(
            @ForAll @FloatRange(min = 0, max = 1, maxIncluded = false) float score,
            @ForAll @DoubleRange(min = 0.01, max = 6) double slope,
            @ForAll @DoubleRange(min = -20, max = 10) double offset) {
        ScoreCalibration calibration = new ScoreCalibration(new double[] {slope}, new double[] {offset});
        double low = calibration.apply(0, score);
        double high = calibration.apply(0, Math.nextUp(score));
        assertThat(low).isBetween(0.0, 1.0);
        if (low < 1 - 1e-6) {
            assertThat(high).isGreaterThan(low);
        } else {
            assertThat(high).isGreaterThanOrEqualTo(low);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        ScoreCalibration one = new ScoreCalibration(new double[] {1}, new double[] {0});
        assertThatThrownBy(() ->
                        new Decisions(ThresholdRule.MAX_F1, "x", 2, new int[] {1}, new double[] {Double.NaN}, one))
                .hasMessageContaining("class 0 has 1 of 2 clips and threshold NaN");
        assertThatThrownBy(() -> new Decisions(ThresholdRule.MAX_F1, "x\n", 2, new int[] {1}, new double[] {0.5}, one))
                .hasMessageContaining("printable source");
        assertThatThrownBy(() -> new Decisions(ThresholdRule.MAX_F1, "x", 2, new int[] {1, 1}, new double[] {0.5}, one))
                .hasMessageContaining("2 counts of positives, 1 thresholds and 1 slopes");
        assertThatThrownBy(() -> ThresholdRule.parse("precision=")).hasMessageContaining("'precision=' is no rule");
        assertThat(ThresholdRule.parse(" F1 ")).isEqualTo(ThresholdRule.MAX_F1);
    }
}
