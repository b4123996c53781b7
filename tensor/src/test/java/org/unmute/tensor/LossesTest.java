package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/** Values are those of torch 2.6 in float64; the probes' goldens check cross-entropies against more cases. */
class LossesTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;
    private static final Tensor X = Tensor.of(B, new double[] {2, -1, 0.5, 0, 3, -2}, 2, 3);
    private static final Tensor Y = Tensor.of(B, new double[] {1, 0, 0.25, 0, 1, 1}, 2, 3);
    private static final Tensor CLASSES = Tensor.of(B, new int[] {0, 2}, 2);
    private static final Tensor WEIGHTS = Tensor.of(B, new double[] {1, 2, 3}, 3);

    private static void same(Tensor loss, double expected) {
        assertThat(loss.rank()).isZero();
        assertThat(loss.item()).isCloseTo(expected, within(1e-14));
    }

    @Test
    void valuesAreTorchs() {
        same(Losses.crossEntropy(X, CLASSES), 2.6481482660171523);
        same(Losses.crossEntropy(X, CLASSES, WEIGHTS, 0.1, LossReduction.MEAN), 3.71872490222915);
        same(Losses.crossEntropy(X, CLASSES, null, 0, LossReduction.SUM), 5.2962965320343045);
        same(Losses.bce(X, Y), 0.6929882043196604);
        same(Losses.bce(X, Y, WEIGHTS, LossReduction.SUM), 8.697411091667703);
        same(Losses.mse(X, Y), 2.5104166666666665);
        same(Losses.huber(X, Y, 0.75), 0.6927083333333334);
        same(Losses.huber(X, Y, 1), 0.8385416666666666);
    }

    @Test
    void gradientsAreThoseOfDifferences() {
        GradientCheck check = GradientCheck.normal();
        Shape s = Shape.of(2, 3);
        check.of("cross-entropy", in -> Losses.crossEntropy(in[0], CLASSES, WEIGHTS, 0.1, LossReduction.MEAN), s);
        check.of("cross-entropy of probabilities", in -> Losses.crossEntropy(in[0], Y), s);
        check.of("bce", in -> Losses.bce(in[0], Y, WEIGHTS, LossReduction.MEAN), s);
        check.of("mse", in -> Losses.mse(in[0], in[1]), s, s);
        check.of("huber", in -> Losses.huber(in[0], in[1], 0.75), s, s);
    }

    @Test
    void extremeLogitsHaveFiniteLossesAndGradients() {
        Tensor x =
                Tensor.of(B, new double[] {1e4, -1e4, 0, -1e4, 1e4, 1e4}, 2, 3).parameter();
        for (Tensor loss : new Tensor[] {Losses.crossEntropy(x, CLASSES), Losses.bce(x, Y), Losses.huber(x, Y, 1)}) {
            assertThat(loss.item()).isFinite();
            assertThat(Grad.of(loss).wrt(x).sum().item()).isFinite();
        }
    }

    @Test
    void whatDoesNotFitIsNamed() {
        assertThatThrownBy(() -> Losses.mse(X, WEIGHTS)).hasMessageContainingAll("[2, 3]", "[3]");
        assertThatThrownBy(() -> Losses.crossEntropy(X, Tensor.of(B, new int[] {0, 3}, 2)))
                .hasMessageContaining("class index 3 of item 1");
        assertThatThrownBy(() -> Losses.crossEntropy(X, CLASSES.cast(DType.F32)))
                .hasMessageContaining("class indices must be I32, are F32[2]");
        assertThatThrownBy(() -> Losses.huber(X, Y, 0)).hasMessageContaining("delta");
    }
}
