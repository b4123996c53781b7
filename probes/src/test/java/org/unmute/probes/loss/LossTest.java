package org.unmute.probes.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.Grad;
import org.unmute.tensor.LossReduction;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class LossTest {
    private final Backend scalar = Backends.open("scalar", 1).backend();

    @Test
    void gradientsAreThoseOfCentralDifferences() {
        Tensor y = Tensor.of(scalar, new double[] {1, 0, 0, 0, 1, 0.25}, 2, 3);
        check(AsymmetricLoss.DEFAULT, y);
        check(new AsymmetricLoss(2.5, 0.5, 0, 1e-8, false, LossReduction.SUM), y);
        check(BinaryCrossEntropy.DEFAULT, y);
        check(new CrossEntropy(0.1, Tensor.of(scalar, new double[] {1, 2, 3}, 3), LossReduction.MEAN), y);
        check(CrossEntropy.DEFAULT, Tensor.of(scalar, new int[] {2, 0}, 2));
    }

    /** Elements 1 and 5 are unknown; the loss of the others equals that of a batch of their values alone. */
    @Test
    void someElementsHaveTheirOwnLossAndGradient() {
        int[] known = {0, 2, 3, 4};
        double[] y = {1, Double.NaN, 0, 0, 1, Double.NaN};
        double[] weights = {1, 2, 3};
        Tensor targets = Tensor.of(scalar, y, 2, 3);
        Tensor logits = random(2, 3);
        double[] x = logits.toDoubles();
        for (LossReduction reduction : LossReduction.values()) {
            for (Loss loss : new Loss[] {
                new AsymmetricLoss(4, 1, 0.05, 1e-8, false, reduction),
                new BinaryCrossEntropy(null, reduction),
                new BinaryCrossEntropy(Tensor.of(scalar, weights, 3), reduction)
            }) {
                double sum = 0;
                for (int i : known) {
                    Loss one = loss instanceof BinaryCrossEntropy bce && bce.positiveWeight() != null
                            ? new BinaryCrossEntropy(Tensor.of(scalar, new double[] {weights[i % 3]}, 1), reduction)
                            : loss;
                    sum += one.of(
                                    Tensor.of(scalar, new double[] {x[i]}, 1, 1),
                                    Tensor.of(scalar, new double[] {y[i]}, 1, 1))
                            .item();
                }
                assertThat(loss.ofElements(logits, targets, known).item())
                        .isCloseTo(reduction == LossReduction.SUM ? sum : sum / known.length, within(1e-12));
                gradientCheck(at -> loss.ofElements(at, targets, known), logits);
                double[] gradient = gradient(at -> loss.ofElements(at, targets, known), logits);
                assertThat(new double[] {gradient[1], gradient[5]}).containsExactly(0, 0);
            }
        }
        assertThatThrownBy(() -> CrossEntropy.DEFAULT.ofElements(logits, targets, known))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("4 of 6 are known");
        assertFails(() -> AsymmetricLoss.DEFAULT.ofElements(logits, random(3, 2), known), "shapes differ");
    }

    private static double[] gradient(Function<Tensor, Tensor> f, Tensor at) {
        Tensor x = at.parameter();
        return Grad.of(f.apply(x)).wrt(x).toDoubles();
    }

    private void check(Loss loss, Tensor targets) {
        gradientCheck(x -> loss.of(x, targets), random(2, 3));
    }

    @Test
    void orthogonalityHasItsGradient() {
        gradientCheck(p -> Orthogonality.of(p, 2), random(4, 5));
        assertFails(() -> Orthogonality.of(random(5, 3), 2), "[5, 3]");
    }

    private void gradientCheck(Function<Tensor, Tensor> f, Tensor at) {
        double[] gradient = gradient(f, at);
        for (int i = 0; i < gradient.length; i++) {
            double h = 1e-5;
            double[] up = at.toDoubles();
            double[] down = up.clone();
            up[i] += h;
            down[i] -= h;
            long[] shape = at.shape().toArray();
            double slope = (f.apply(Tensor.of(scalar, up, shape)).item()
                            - f.apply(Tensor.of(scalar, down, shape)).item())
                    / (2 * h);
            assertThat(gradient[i]).isCloseTo(slope, within(1e-8));
        }
    }

    private Tensor random(long... shape) {
        Random random = new Random(5);
        double[] values = new double[Math.toIntExact(shape[0] * shape[1])];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensor.of(scalar, values, shape);
    }

    /** At margin 0, 1 - sigmoid(17) is 4e-8, which float32 loses by cancellation. */
    @Test
    void nothingIsLostAtConfidentMistakes() {
        AsymmetricLoss loss = new AsymmetricLoss(0, 0, 0, 1e-12, false, LossReduction.SUM);
        Tensor x = Tensor.of(scalar, new float[] {17, 25}, 2).parameter();
        Tensor value = loss.of(x, Tensor.of(scalar, new float[] {0, 0}, 2));
        assertThat(value.item()).isCloseTo(42, within(1e-5));
        assertThat(Grad.of(value).wrt(x).toDoubles()).containsExactly(new double[] {1, 1}, within(1e-6));
    }

    @Test
    void extremeLogitsGiveFiniteGradients() {
        Tensor x = Tensor.of(scalar, new float[] {1000, -1000, 1000, -1000}, 4).parameter();
        Tensor y = Tensor.of(scalar, new float[] {1, 1, 0, 0}, 4);
        for (Loss loss : new Loss[] {
            AsymmetricLoss.DEFAULT,
            new AsymmetricLoss(0.5, 0.5, 0, 1e-8, false, LossReduction.MEAN),
            BinaryCrossEntropy.DEFAULT
        }) {
            Tensor value = loss.of(x, y);
            assertThat(value.item()).isFinite();
            for (double g : Grad.of(value).wrt(x).toDoubles()) {
                assertThat(g).as(loss.toString()).isFinite();
            }
        }
    }

    @Test
    void badInputIsNamed() {
        Tensor x = random(2, 3);
        assertFails(() -> AsymmetricLoss.DEFAULT.of(x, random(3, 2)), "[2, 3]", "[3, 2]");
        assertFails(
                () -> CrossEntropy.DEFAULT.of(x, Tensor.of(scalar, new int[] {0, 3}, 2)), "class index 3 of item 1");
        assertFails(() -> CrossEntropy.DEFAULT.of(x, Tensor.of(scalar, new int[] {0, 1, 2}, 3)), "[3]");
        assertFails(() -> new AsymmetricLoss(4, 1, 1, 1e-8, false, LossReduction.MEAN), "margin");
        assertFails(() -> new CrossEntropy(2, null, LossReduction.MEAN), "smoothing");
    }
}
