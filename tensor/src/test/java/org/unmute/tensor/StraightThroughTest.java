package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.Unary;

/** Tests gradients that are conventions rather than derivatives. */
class StraightThroughTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;
    private static final double[] X = {-2, -1, -0.25, -0.0, 0.0, 0.5, 1, 1.0000001, 3, Double.NaN};
    private static final double[] UPSTREAM = {1, -2, 3, 4, -5, 6, 7, 8, 9, 10};

    private static double[] gradient(java.util.function.UnaryOperator<Tensor> f, double[] x, double[] upstream) {
        Tensor p = Tensor.of(B, x, x.length).parameter();
        return Grad.of(f.apply(p), Tensor.of(B, upstream, x.length)).wrt(p).toDoubles();
    }

    @Test
    void binarizesZeroOfEitherSignToPlusOne() {
        assertThat(Tensor.of(B, X, X.length).binarizeStraightThrough().toDoubles())
                .containsExactly(-1, -1, -1, 1, 1, 1, 1, 1, 1, Double.NaN);
    }

    @Test
    void passesTheGradientUnchanged() {
        assertThat(gradient(Tensor::binarizeStraightThrough, X, UPSTREAM)).containsExactly(UPSTREAM);
    }

    @Test
    void passesItWithinOneOnlyAfterClamp() {
        assertThat(gradient(x -> x.clamp(-1, 1).binarizeStraightThrough(), X, UPSTREAM))
                .containsExactly(0, -2, 3, 4, -5, 6, 7, 0, 0, 0);
    }

    @Test
    void kinksFollowTheirConvention() {
        double[] one = {1};
        assertThat(gradient(Tensor::abs, new double[] {0}, one)).containsExactly(0);
        assertThat(gradient(Tensor::relu, new double[] {0}, one)).containsExactly(0);
        assertThat(gradient(x -> x.unary(Unary.LEAKY_RELU, 0.1, 0), new double[] {0}, one))
                .containsExactly(0.1);
        assertThat(gradient(x -> x.clamp(-1, 2), new double[] {-1, 2, 2.5}, new double[] {1, 1, 1}))
                .containsExactly(1, 1, 0);
    }

    @Test
    void tiesOfTwoShareEvenlyAndTiesAlongAnAxisGoToTheFirst() {
        Tensor a = Tensor.of(B, new double[] {1, 2}, 2).parameter();
        Tensor b = Tensor.of(B, new double[] {1, 1}, 2).parameter();
        Grad g = Grad.of(a.maximum(b).sum());
        assertThat(g.wrt(a).toDoubles()).containsExactly(0.5, 1);
        assertThat(g.wrt(b).toDoubles()).containsExactly(0.5, 0);
        double[] tied = {3, 1, 3, 3};
        assertThat(gradient(x -> x.max(0).values().expand(4), tied, new double[] {1, 0, 0, 0}))
                .containsExactly(1, 0, 0, 0);
        assertThat(gradient(x -> x.amax(0).expand(4), tied, new double[] {3, 0, 0, 0}))
                .containsExactly(1, 0, 1, 1);
    }

    @Test
    void powersAtZeroHaveTheirLimit() {
        Tensor x = Tensor.of(B, new double[] {0, 0, 2}, 3).parameter();
        Tensor e = Tensor.of(B, new double[] {0, 2, 0}, 3).parameter();
        Grad g = Grad.of(x.pow(e).sum());
        assertThat(g.wrt(x).toDoubles()).containsExactly(0, 0, 0);
        assertThat(g.wrt(e).toDoubles()).containsExactly(0, 0, Math.log(2));
    }
}
