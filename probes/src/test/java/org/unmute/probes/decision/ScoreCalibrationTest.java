package org.unmute.probes.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreCalibrationTest {
    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    /** Recovers scores whose logits were scaled and shifted. */
    @ParameterizedTest
    @CsvSource({"2.0, -1.5", "0.5, 2.0", "1.0, 0.0", "3.0, 4.0"})
    void findsTheLineThatMadeTheLabels(double slope, double offset) {
        Random r = new Random(1);
        int clips = 60_000;
        float[][] scores = new float[clips][1];
        boolean[][] labels = new boolean[clips][1];
        for (int i = 0; i < clips; i++) {
            double x = 2 * r.nextGaussian();
            scores[i][0] = (float) sigmoid(x);
            labels[i][0] = r.nextDouble() < sigmoid(slope * x + offset);
        }
        ScoreCalibration fitted = ScoreCalibration.fit(scores, labels, null);
        assertThat(fitted.slopes()[0]).isCloseTo(slope, Offset.offset(0.06 * slope));
        assertThat(fitted.offsets()[0]).isCloseTo(offset, Offset.offset(0.15));
        double predicted = 0;
        double real = 0;
        for (int i = 0; i < clips; i++) {
            predicted += fitted.apply(0, scores[i][0]);
            real += labels[i][0] ? 1 : 0;
        }
        assertThat(predicted / clips).isCloseTo(real / clips, Offset.offset(0.002));
    }

    @Test
    void calibratedScoresRiseStrictly() {
        float[][] scores = new float[40][2];
        boolean[][] labels = new boolean[40][2];
        for (int i = 0; i < 40; i++) {
            scores[i][0] = i / 40f;
            labels[i][0] = i >= 20; // separable
            scores[i][1] = i / 40f;
            labels[i][1] = i < 20; // scores fall as the label rises
        }
        ScoreCalibration fitted = ScoreCalibration.fit(scores, labels, null);
        for (int c = 0; c < 2; c++) {
            double before = -1;
            for (double s = 0; s <= 1; s += 0.001) {
                double now = fitted.apply(c, s);
                assertThat(now).isBetween(0.0, 1.0).isGreaterThan(before);
                before = now;
            }
        }
        assertThat(fitted.apply(0, 0.9)).isGreaterThan(0.9);
        assertThat(fitted.apply(0, 0.1)).isLessThan(0.1);
    }

    @Test
    void aClassWithoutPositivesHasTheFitOfAll() {
        float[][] scores = {{0.2f, 0.3f}, {0.4f, 0.5f}, {0.1f, 0.6f}};
        boolean[][] labels = {{false, true}, {false, false}, {false, true}};
        ScoreCalibration fitted = ScoreCalibration.fit(scores, labels, null);
        ScoreCalibration shared = ScoreCalibration.fit(
                new float[][] {{0.2f}, {0.3f}, {0.4f}, {0.5f}, {0.1f}, {0.6f}},
                new boolean[][] {{false}, {true}, {false}, {false}, {false}, {true}},
                null);
        assertThat(fitted.slopes()[0]).isCloseTo(shared.slopes()[0], Offset.offset(1e-9));
        assertThat(fitted.offsets()[0]).isCloseTo(shared.offsets()[0], Offset.offset(1e-9));
        assertThat(fitted.offsets()[1]).isNotEqualTo(shared.offsets()[0]);
    }

    /** Labels that are not known count as little as clips that are not there. */
    @Test
    void unknownLabelsAreLeftOut() {
        Random r = new Random(9);
        float[][] scores = new float[60][2];
        boolean[][] labels = new boolean[60][2];
        boolean[][] known = new boolean[60][2];
        for (int i = 0; i < 60; i++) {
            for (int c = 0; c < 2; c++) {
                scores[i][c] = r.nextFloat();
                labels[i][c] = r.nextFloat() < scores[i][c];
                known[i][c] = i < 40;
            }
        }
        assertThat(ScoreCalibration.fit(scores, labels, known))
                .isEqualTo(ScoreCalibration.fit(Arrays.copyOf(scores, 40), Arrays.copyOf(labels, 40), null));
    }

    /** With two positive clips a class, fits of their own put the wrong class first more often than the shared one. */
    @Test
    void fewClipsDoNotScrambleTheOrderOfClasses() {
        Random r = new Random(5);
        int classes = 40;
        float[][] scores = new float[80][classes];
        boolean[][] labels = new boolean[80][classes];
        for (int i = 0; i < 80; i++) {
            labels[i][i % classes] = true;
            for (int c = 0; c < classes; c++) {
                scores[i][c] = (float) sigmoid(-4 + (labels[i][c] ? 2 : 0) + r.nextGaussian());
            }
        }
        ScoreCalibration shrunk = ScoreCalibration.fit(scores, labels, null);
        ScoreCalibration own = alone(scores, labels);
        int raw = 0;
        int first = 0;
        int alone = 0;
        for (int i = 0; i < 4000; i++) {
            float[] clip = new float[classes];
            for (int c = 0; c < classes; c++) {
                clip[c] = (float) sigmoid(-4 + (c == i % classes ? 2 : 0) + r.nextGaussian());
            }
            raw += best(clip) == i % classes ? 1 : 0;
            first += best(shrunk.apply(clip)) == i % classes ? 1 : 0;
            alone += best(own.apply(clip)) == i % classes ? 1 : 0;
        }
        assertThat(first).isGreaterThan(alone).isGreaterThan((int) (0.8 * raw));
    }

    /** Each class fitted by itself. */
    private static ScoreCalibration alone(float[][] scores, boolean[][] labels) {
        double[] slopes = new double[scores[0].length];
        double[] offsets = slopes.clone();
        for (int c = 0; c < slopes.length; c++) {
            float[][] x = new float[scores.length][1];
            boolean[][] y = new boolean[scores.length][1];
            for (int i = 0; i < x.length; i++) {
                x[i][0] = scores[i][c];
                y[i][0] = labels[i][c];
            }
            ScoreCalibration own = ScoreCalibration.fit(x, y, null);
            slopes[c] = own.slopes()[0];
            offsets[c] = own.offsets()[0];
        }
        return new ScoreCalibration(slopes, offsets);
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int c = 1; c < scores.length; c++) {
            best = scores[c] > scores[best] ? c : best;
        }
        return best;
    }

    @Test
    void thresholdsOfMaxF1AreThoseOfTryingAll() {
        Random r = new Random(4);
        for (int round = 0; round < 200; round++) {
            int clips = 1 + r.nextInt(30);
            float[][] scores = new float[clips][1];
            boolean[][] labels = new boolean[clips][1];
            int positives = 0;
            for (int i = 0; i < clips; i++) {
                labels[i][0] = r.nextInt(3) == 0;
                positives += labels[i][0] ? 1 : 0;
                scores[i][0] = (r.nextInt(8) + (labels[i][0] ? 2 : 0)) / 10f;
            }
            double threshold = Thresholds.ofMaxF1(scores, labels)[0];
            if (positives == 0) {
                assertThat(threshold).isNaN();
                continue;
            }
            double best = 0;
            for (double t = -0.05; t < 1.1; t += 0.1) {
                best = Math.max(best, f1(scores, labels, t));
            }
            assertThat(f1(scores, labels, threshold)).isEqualTo(best);
        }
    }

    private static double f1(float[][] scores, boolean[][] labels, double threshold) {
        int tp = 0;
        int detected = 0;
        int positives = 0;
        for (int i = 0; i < scores.length; i++) {
            boolean found = scores[i][0] > threshold;
            detected += found ? 1 : 0;
            positives += labels[i][0] ? 1 : 0;
            tp += found && labels[i][0] ? 1 : 0;
        }
        return 2.0 * tp / (detected + positives);
    }

    @Test
    void aWantedPrecisionIsReachedWithTheMostDetections() {
        float[][] scores = {{0.9f}, {0.8f}, {0.7f}, {0.6f}, {0.5f}, {0.4f}};
        boolean[][] labels = {{true}, {false}, {true}, {true}, {false}, {false}};
        // 1/1, 1/2, 2/3, 3/4, 3/5, 3/6
        assertThat(Thresholds.ofPrecision(scores, labels, 0.7)[0]).isCloseTo(0.55, Offset.offset(1e-6));
        assertThat(Thresholds.ofPrecision(scores, labels, 0.9)[0]).isCloseTo(0.85, Offset.offset(1e-6));
        boolean[][] never = {{false}, {true}, {false}, {false}, {false}, {false}};
        assertThat(Thresholds.ofPrecision(scores, never, 0.9)[0]).isCloseTo(0.75, Offset.offset(1e-6));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertFails(() -> new ScoreCalibration(new double[] {0}, new double[] {1}), "class 0 has slope 0.0");
        assertFails(() -> ScoreCalibration.fit(new float[][] {{2}}, new boolean[1][1], null), "2.0");
        assertFails(() -> ScoreCalibration.fit(new float[0][], new boolean[0][], null), "0 clips");
        assertFails(() -> Thresholds.ofPrecision(new float[1][1], new boolean[1][1], 0), "0.0");
    }
}
