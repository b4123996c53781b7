package org.unmute.kernels.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.SlidingWindow;

/** Compares the reference backend, to which all other backends are compared, with numbers worked out by hand. */
class ReferenceTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;
    private static final Offset<Double> CLOSE = within(1e-14);

    private static View view(Shape shape, double... x) {
        return View.dense(HostBuffer.wrap(x), shape);
    }

    private static View zeros(long... sizes) {
        Shape shape = Shape.of(sizes);
        return View.dense(HostBuffer.wrap(new double[(int) shape.elements()]), shape);
    }

    private static void close(View actual, double... expected) {
        assertThat(actual.host().doubles()).containsExactly(expected, CLOSE);
    }

    @Test
    void products() {
        View out = zeros(2, 2);
        B.matmul(view(Shape.of(2, 3), 1, 2, 3, 4, 5, 6), view(Shape.of(3, 2), 7, 8, 9, 10, 11, 12), out);
        close(out, 58, 64, 139, 154);
        B.linear(
                view(Shape.of(2, 3), 1, 2, 3, 4, 5, 6),
                view(Shape.of(2, 3), 1, 0, -1, 2, 2, 2),
                view(Shape.of(2), 10, 20),
                out);
        close(out, 8, 32, 8, 50);
    }

    @Test
    void reductions() {
        View x = view(Shape.of(2, 3), 1, -2, 3, 4, 5, Double.NaN);
        View columns = zeros(1, 3);
        B.reduce(Reduce.SUM, x, columns);
        close(columns, 5, 3, Double.NaN);
        B.reduce(Reduce.MAX, x, columns);
        close(columns, 4, 5, Double.NaN);
        B.reduce(Reduce.MIN, x, columns);
        close(columns, 1, -2, Double.NaN);
        View values = zeros(2);
        View at = View.dense(HostBuffer.wrap(new int[2]), Shape.of(2));
        B.extreme(true, view(Shape.of(2, 4), 1, 7, 7, 0, 2, Double.NaN, 9, Double.NaN), values, at);
        close(values, 7, Double.NaN);
        assertThat(at.host().ints()).containsExactly(1, 1);
        View sums = zeros(2, 3);
        B.cumulativeSum(view(Shape.of(2, 3), 1, 2, 3, 4, 5, 6), true, sums);
        close(sums, 6, 5, 3, 15, 11, 6);
    }

    @Test
    void rows() {
        View out = zeros(1, 3);
        View x = view(Shape.of(1, 3), 0, Math.log(2), Math.log(5));
        B.softmax(x, out);
        close(out, 0.125, 0.25, 0.625);
        B.logSoftmax(x, out);
        close(out, Math.log(0.125), Math.log(0.25), Math.log(0.625));
        B.softmaxBackward(view(Shape.of(1, 3), 0.125, 0.25, 0.625), view(Shape.of(1, 3), 8, 4, 0), out);
        close(out, 0.75, 0.5, -1.25);
        View norm = zeros(1, 4);
        // Mean 3, variance 5: (x - 3) / √(5 + 4) · 3 + 1.
        B.layerNorm(
                view(Shape.of(1, 4), 0, 2, 4, 6),
                view(Shape.of(4), 3, 3, 3, 3),
                view(Shape.of(4), 1, 1, 1, 1),
                4,
                norm);
        close(norm, -2, 0, 2, 4);
        View unit = zeros(2, 2);
        B.l2Normalize(view(Shape.of(2, 2), 3, -4, 0, 0), unit);
        close(unit, 0.6, -0.8, 0, 0);
    }

    @Test
    void attention() {
        View out = zeros(1, 2);
        // Scores are 0 and ln 3, so weights are ¼ and ¾; the hidden third key has no effect.
        B.attention(
                view(Shape.of(1, 1), Math.log(3)),
                view(Shape.of(3, 1), 0, 2, 9),
                view(Shape.of(3, 2), 4, 8, 0, -4, 99, 99),
                view(Shape.of(1, 3), 0, 0, Double.NEGATIVE_INFINITY),
                0.5,
                out);
        close(out, 1, -1);
    }

    @Test
    void indices() {
        View x = view(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
        View index = View.dense(HostBuffer.wrap(new int[] {2, 0, 2, 1}), Shape.of(2, 2));
        View out = zeros(2, 2);
        B.gather(x, 0, index, out);
        close(out, 5, 2, 5, 4);
        B.scatterAdd(view(Shape.of(2, 2), 10, 20, 30, 40), 0, index, x);
        close(x, 1, 22, 3, 44, 45, 6);
    }

    @Test
    void windows() {
        SlidingWindow w = SlidingWindow.of(2, 2, 1, 1).pad(0, 1);
        View columns = zeros(1, 1, 2, 2, 1, 3);
        B.im2col(view(Shape.of(1, 1, 2, 2), 1, 2, 3, 4), w, columns);
        close(columns, 0, 1, 2, 1, 2, 0, 0, 3, 4, 3, 4, 0);
        View image = zeros(1, 1, 2, 2);
        B.col2im(columns, w, image);
        close(image, 2, 4, 6, 8);
    }

    @Test
    void prototypes() {
        View tokens = view(Shape.of(1, 3, 2), 0, 2, 3, 4, 6, 8);
        View values = zeros(1, 2);
        View winners = View.dense(HostBuffer.wrap(new int[2]), Shape.of(1, 2));
        B.prototypeMaxPool(tokens, view(Shape.of(2, 2), 0, 5, 4, 3), values, winners);
        // The second and third token have the same direction, so the second wins.
        close(values, 1, 0.96);
        assertThat(winners.host().ints()).containsExactly(0, 1);
        View gp = zeros(2, 2);
        B.prototypeMaxPoolBackward(
                tokens, view(Shape.of(2, 2), 0, 5, 4, 3), winners, view(Shape.of(1, 2), 1, 5), zeros(1, 3, 2), gp);
        // ((0.6, 0.8) - 0.96 (0.8, 0.6)) / 5 · 5
        close(gp, 0, 0, 0.6 - 0.768, 0.8 - 0.576);
    }

    @Test
    void adamW() {
        View w = view(Shape.of(1), 2);
        View m = zeros(1);
        View v = zeros(1);
        B.adamW(w, view(Shape.of(1), 4), m, v, 0.1, 0.9, 0.99, 0, 0.5, 1);
        close(m, 0.4);
        close(v, 0.16);
        // Decay leaves 1.9; with both corrections m/√v = 1 in the first step.
        close(w, 1.8);
    }
}
