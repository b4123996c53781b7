package org.unmute.probes.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class RowLossTest {
    private static final float NAN = Float.NaN;
    private static final int CLASSES = 3;
    /** Rows of the clips. */
    private static final int[] ROWS = {4, 2, 4, 3};

    private final Backend scalar = Backends.open("scalar", 1).backend();

    /**
     * Class 0: strong, with parts of rows; weak; not known; absent. Class 1: weak; absent; a short event in one of two
     * rows; not known. Class 2: strong everywhere, the last clip weak.
     */
    private static final float[][] TARGETS = {
        {0, NAN, 1},
        {0.25f, NAN, 1},
        {1, NAN, 0},
        {0, NAN, 0},
        {NAN, 0, 1},
        {NAN, 0, 0.5f},
        {NAN, 0, 0},
        {NAN, NAN, 0},
        {NAN, NAN, 0},
        {NAN, 0, 1},
        {0, NAN, NAN},
        {0, NAN, NAN},
        {0, NAN, NAN}
    };

    private static final float[][] CLIPS = {{1, 1, 1}, {1, 0, 1}, {NAN, 1, 1}, {0, NAN, 1}};

    private static float[] flat(float[][] values) {
        float[] all = new float[values.length * CLASSES];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i / CLASSES][i % CLASSES];
        }
        return all;
    }

    private static double[] logits(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] all = new double[TARGETS.length * CLASSES];
        Arrays.setAll(all, _ -> 2 * random.nextGaussian());
        return all;
    }

    private Tensor loss(Loss loss, Tensor logits) {
        return new RowLoss(loss).of(logits, ROWS, flat(TARGETS), flat(CLIPS));
    }

    private Tensor tensor(double[] values) {
        return Tensor.of(scalar, values, values.length / CLASSES, CLASSES);
    }

    private static double bce(double logit, double target) {
        return target * Math.log1p(Math.exp(-logit)) + (1 - target) * Math.log1p(Math.exp(logit));
    }

    @Test
    void isTheMeanOverRowsInWhichAWeakClassWeighsAsItsClip() {
        double[] x = logits(1);
        double sum = 0;
        int count = 0;
        for (int i = 0; i < x.length; i++) {
            float target = TARGETS[i / CLASSES][i % CLASSES];
            if (!Float.isNaN(target)) {
                sum += bce(x[i], target);
                count++;
            }
        }
        // The weak classes: of these rows, the highest counts.
        int[][] weak = {{0, 1, 2, 3, 1}, {4, 5, 0}, {7, 8, 1}, {10, 11, 12, 2}};
        int[] rows = {4, 2, 4, 3};
        double weakSum = 0;
        for (int[] one : weak) {
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < one.length - 1; i++) {
                most = Math.max(most, x[one[i] * CLASSES + one[one.length - 1]]);
            }
            weakSum += bce(most, 1);
        }
        int weight = Arrays.stream(rows).sum();
        double expected = (sum + weight * weakSum / weak.length) / (count + weight);
        assertThat(loss(BinaryCrossEntropy.DEFAULT, tensor(x)).item()).isCloseTo(expected, within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bce", "asl"})
    void gradientsAreThoseOfCentralDifferences(String name) {
        Loss loss = name.equals("bce") ? BinaryCrossEntropy.DEFAULT : AsymmetricLoss.DEFAULT;
        double[] x = logits(2);
        Tensor leaf = tensor(x).parameter();
        double[] own = Grad.of(loss(loss, leaf)).wrt(leaf).toDoubles();
        double step = 1e-6;
        int strong = 0;
        for (int i = 0; i < x.length; i++) {
            double[] moved = x.clone();
            moved[i] += step;
            double up = loss(loss, tensor(moved)).item();
            moved[i] -= 2 * step;
            double down = loss(loss, tensor(moved)).item();
            assertThat(own[i]).as("element %d", i).isCloseTo((up - down) / (2 * step), within(1e-7));
            strong += Math.abs(own[i]) > 1e-4 ? 1 : 0;
        }
        assertThat(strong).isGreaterThan(10);
    }

    @Test
    void whatIsNotKnownHasNoPart() {
        double[] x = logits(3);
        double before = loss(BinaryCrossEntropy.DEFAULT, tensor(x)).item();
        double[] moved = x.clone();
        // Class 0 of the third clip is not known, class 1 of the last one neither.
        for (int row = 6; row < 10; row++) {
            moved[row * CLASSES] += 5;
        }
        for (int row = 10; row < 13; row++) {
            moved[row * CLASSES + 1] -= 5;
        }
        assertThat(loss(BinaryCrossEntropy.DEFAULT, tensor(moved)).item()).isEqualTo(before);
        assertThat(new RowLoss(BinaryCrossEntropy.DEFAULT)
                        .of(tensor(new double[] {1, 1, 1}), new int[] {1}, new float[] {NAN, NAN, NAN}, new float[] {
                            NAN, NAN, NAN
                        }))
                .isNull();
    }

    @Test
    void withEveryRowKnownItIsTheLossOfTheRows() {
        double[] x = logits(4);
        float[] all = new float[x.length];
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < all.length; i++) {
            all[i] = random.nextInt(2);
        }
        Tensor expected = AsymmetricLoss.DEFAULT.of(tensor(x), Tensor.of(scalar, all, TARGETS.length, CLASSES));
        assertThat(new RowLoss(AsymmetricLoss.DEFAULT)
                        .of(tensor(x), ROWS, all, flat(CLIPS))
                        .item())
                .isEqualTo(expected.item());
    }

    @Test
    void sizesMustFit() {
        assertFails(
                IllegalArgumentException.class,
                () -> new RowLoss(BinaryCrossEntropy.DEFAULT)
                        .of(tensor(logits(1)), new int[] {4, 2}, flat(TARGETS), flat(CLIPS)),
                "2 clips of 6 rows");
    }
}
