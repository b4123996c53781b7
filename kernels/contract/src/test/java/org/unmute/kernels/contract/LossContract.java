package org.unmute.kernels.contract;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Cross-entropies of rows of logits and their gradients. */
public abstract class LossContract extends Contract {
    private static final long[][] SIZES = {
        {1}, {3, 1}, {2, 7}, {5, 127}, {2, 3, 33}, {3, 130}, {1, 1023}, {300, 5}, {0, 3}
    };
    private static final double KEEP = 0.9;
    private static final double SHARE = 0.02;

    /** For the tests of a backend. */
    protected LossContract() {}

    /** The inputs of a case: logits, targets between 0 and 1, weights or null, and the gradient of the losses. */
    private final class Case {
        final Placement placement;
        final Shape shape;
        final int n;
        final Operand x;
        final Operand y;
        final Operand weight;
        final Operand upstream;
        final Operand loss;
        final Operand gx;

        Case(long[] sizes, Placement placement, double scale, boolean weighted) {
            this.placement = placement;
            shape = Shape.of(sizes);
            n = shape.dim(-1);
            x = input(placement, shape, numbers(shape, 1, scale, 0));
            y = input(placement, shape, unit(numbers(shape, 2, 1, 0)));
            Shape row = Shape.of(n);
            weight = weighted ? input(Placement.STRIDED, row, numbers(row, 3, 0.2, 1)) : null;
            Shape losses = shape.with(-1, 1);
            upstream = operand(placement, losses, 4);
            loss = output(placement, losses);
            gx = output(placement, shape);
        }

        private static float[] numbers(Shape shape, long seed, double scale, double shift) {
            float[] v = ValueKind.NORMAL.make(shape.elements(), seed);
            for (int i = 0; i < v.length; i++) {
                v[i] = (float) (v[i] * scale + shift);
            }
            return v;
        }

        /** Maps numbers to targets: some 0, some 1, some in between. */
        private static float[] unit(float[] v) {
            for (int i = 0; i < v.length; i++) {
                v[i] = Math.clamp(v[i] + 0.5f, 0, 1);
            }
            return v;
        }

        double weight(int i) {
            return weight == null ? 1 : weight.exact(i % n);
        }

        View weights() {
            return weight == null ? null : weight.view();
        }

        void checkGuards(String what) {
            loss.assertGuards(what);
            gx.assertGuards(what + ", gradient");
        }

        @Override
        public String toString() {
            return shape + " " + placement + ", weighted " + (weight != null);
        }
    }

    private Stream<DynamicTest> cases(Consumer<Case> test) {
        return each(SIZES, s -> {
            for (Placement p : placements()) {
                for (double scale : new double[] {1, 30}) {
                    test.accept(new Case(s, p, scale, true));
                    test.accept(new Case(s, p, scale, false));
                }
            }
        });
    }

    private static double logSigmoid(double x) {
        return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    /** Compares losses and gradients. */
    @TestFactory
    final Stream<DynamicTest> binaryCrossEntropy() {
        return cases(this::binaryCrossEntropy);
    }

    private void binaryCrossEntropy(Case c) {
        String what = "binaryCrossEntropy " + c;
        View x = c.x.view();
        View y = c.y.view();
        backend().binaryCrossEntropy(x, y, c.weights(), c.loss.view());
        backend().binaryCrossEntropyBackward(x, y, c.weights(), c.upstream.view(), c.gx.view());
        float[] losses = c.loss.read();
        float[] slopes = c.gx.read();
        for (int row = 0; row < losses.length; row++) {
            double sum = 0;
            for (int i = row * c.n; i < (row + 1) * c.n; i++) {
                double logit = c.x.exact(i);
                double present = c.y.exact(i) * c.weight(i);
                double absent = 1 - c.y.exact(i);
                sum -= present * logSigmoid(logit) + absent * logSigmoid(-logit);
                double up = c.upstream.exact(row) * absent * sigmoid(logit);
                double down = c.upstream.exact(row) * present * sigmoid(-logit);
                double bound = Tolerance.ulps(16, Math.abs(up) + Math.abs(down));
                Check.close(what + ", gradient", i, up - down, slopes[i], bound);
            }
            // All terms have the same sign, and each has a few rounding errors.
            Check.close(what, row, sum, losses[row], Tolerance.sum(c.n + 4L, sum));
        }
        c.checkGuards(what);
    }

    /** Compares losses and gradients with smoothed targets. */
    @TestFactory
    final Stream<DynamicTest> crossEntropy() {
        return cases(this::crossEntropy);
    }

    private void crossEntropy(Case c) {
        String what = "crossEntropy " + c;
        View x = c.x.view();
        View y = c.y.view();
        backend().crossEntropy(x, y, c.weights(), KEEP, SHARE, c.loss.view());
        backend().crossEntropyBackward(x, y, c.weights(), KEEP, SHARE, c.upstream.view(), c.gx.view());
        float[] losses = c.loss.read();
        float[] slopes = c.gx.read();
        int n = c.n;
        for (int row = 0; row < losses.length; row++) {
            double max = Double.NEGATIVE_INFINITY;
            double maxAbs = 0;
            double targets = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                max = Math.max(max, c.x.exact(i));
                maxAbs = Math.max(maxAbs, Math.abs(c.x.exact(i)));
                targets += c.weight(i) * (KEEP * c.y.exact(i) + SHARE);
            }
            double exponentials = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                exponentials += Math.exp(c.x.exact(i) - max);
            }
            double sum = 0;
            double bound = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                double spread = max - c.x.exact(i);
                double target = c.weight(i) * (KEEP * c.y.exact(i) + SHARE);
                sum += target * (spread + Math.log(exponentials));
                bound += target * Tolerance.logSoftmax(n, spread, maxAbs);
                double p = Math.exp(-spread) / exponentials;
                double g = c.upstream.exact(row);
                double error = targets * Tolerance.softmax(n, spread, p)
                        + p * Tolerance.sum(n + 4L, targets)
                        + Tolerance.ulps(8, p * targets + target);
                Check.close(
                        what + ", gradient",
                        i,
                        g * (p * targets - target),
                        slopes[i],
                        Math.abs(g) * error + Tolerance.ulps(1, 0));
            }
            Check.close(what, row, sum, losses[row], bound + Tolerance.sum(n + 4L, sum));
        }
        c.checkGuards(what);
    }

    /** Extreme logits give finite losses and gradients; the same input gives the same bits. */
    @Test
    final void binaryCrossEntropyOfExtremeLogits() {
        float[] logits = {100, -100, 0, 1e30f, -1e30f, 3};
        float[] targets = {0, 1, 0.5f, 1, 0, 1};
        Operand x = input(Placement.DENSE, Shape.of(1, 6), logits);
        Operand y = input(Placement.DENSE, Shape.of(1, 6), targets);
        Operand one = input(Placement.DENSE, Shape.of(1, 1), 1);
        float[][] first = null;
        for (int round = 0; round < 2; round++) {
            Operand loss = output(Placement.DENSE, Shape.of(1, 1));
            Operand gx = output(Placement.DENSE, Shape.of(1, 6));
            backend().binaryCrossEntropy(x.view(), y.view(), null, loss.view());
            backend().binaryCrossEntropyBackward(x.view(), y.view(), null, one.view(), gx.view());
            Check.close("loss", 0, 200 + Math.log(2) + Math.log1p(Math.exp(-3)), loss.read()[0], 1e-4);
            float[] slopes = gx.read();
            double[] expected = {1, -1, 0, 0, 0, -sigmoid(-3)};
            for (int i = 0; i < slopes.length; i++) {
                Check.close("gradient", i, expected[i], slopes[i], 1e-6);
            }
            if (first == null) {
                first = new float[][] {loss.read(), slopes};
            }
            Check.same("loss, a second time", first[0], loss.read());
            Check.same("gradient, a second time", first[1], slopes);
        }
    }
}
