package org.unmute.kernels.contract;

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

    /** For the backend's tests. */
    protected LossContract() {}

    /**
     * Inputs: logits, targets between 0 and 1, weights and the gradient of the losses, each on the backend and in
     * float64.
     */
    private final class Case {
        final Placement placement;
        final Shape shape;
        final Shape rows;
        final Operand x;
        final Operand y;
        final Operand weight;
        final Operand upstream;
        final double[] logits;
        final double[] targets;
        final double[] weights;
        final double[] gradients;

        Case(long[] sizes, Placement placement, double scale) {
            this.placement = placement;
            shape = Shape.of(sizes);
            rows = shape.with(-1, 1);
            x = input(placement, shape, numbers(shape, 1, scale, 0));
            y = input(placement, shape, unit(numbers(shape, 2, 1, 0)));
            weight = input(Placement.STRIDED, Shape.of(shape.size(-1)), numbers(Shape.of(shape.size(-1)), 3, 0.2, 1));
            upstream = input(placement, rows, numbers(rows, 4, 1, 0));
            logits = x.reference().host().doubles();
            targets = y.reference().host().doubles();
            weights = weight.reference().host().doubles();
            gradients = upstream.reference().host().doubles();
        }

        private static float[] numbers(Shape shape, long seed, double scale, double shift) {
            float[] v = ValueKind.NORMAL.make(shape.elements(), seed);
            for (int i = 0; i < v.length; i++) {
                v[i] = (float) (v[i] * scale + shift);
            }
            return v;
        }

        /** Some 0, some 1, some in between. */
        private static float[] unit(float[] v) {
            for (int i = 0; i < v.length; i++) {
                v[i] = Math.clamp(v[i] + 0.5f, 0, 1);
            }
            return v;
        }

        int n() {
            return shape.dim(-1);
        }

        double weight(int i, boolean weighted) {
            return weighted ? weights[i % n()] : 1;
        }

        View weightView(boolean weighted) {
            return weighted ? weight.view() : null;
        }
    }

    private Stream<DynamicTest> cases(java.util.function.BiConsumer<Case, Boolean> test) {
        return each(SIZES, s -> {
            for (Placement p : Placement.values()) {
                for (double scale : new double[] {1, 30}) {
                    test.accept(new Case(s, p, scale), true);
                    test.accept(new Case(s, p, scale), false);
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

    /** Losses and gradients. */
    @TestFactory
    final Stream<DynamicTest> binaryCrossEntropy() {
        return cases(this::binaryCrossEntropy);
    }

    private void binaryCrossEntropy(Case c, boolean weighted) {
        String what = "binaryCrossEntropy " + c.shape + " " + c.placement + ", weighted " + weighted;
        Operand loss = output(c.placement, c.rows);
        Operand gx = output(c.placement, c.shape);
        backend().binaryCrossEntropy(c.x.view(), c.y.view(), c.weightView(weighted), loss.view());
        backend()
                .binaryCrossEntropyBackward(
                        c.x.view(), c.y.view(), c.weightView(weighted), c.upstream.view(), gx.view());
        float[] losses = loss.read();
        float[] slopes = gx.read();
        for (int row = 0; row < losses.length; row++) {
            double sum = 0;
            for (int i = row * c.n(); i < (row + 1) * c.n(); i++) {
                double present = c.targets[i] * c.weight(i, weighted);
                double absent = 1 - c.targets[i];
                sum -= present * logSigmoid(c.logits[i]) + absent * logSigmoid(-c.logits[i]);
                double up = c.gradients[row] * absent * sigmoid(c.logits[i]);
                double down = c.gradients[row] * present * sigmoid(-c.logits[i]);
                Check.close(
                        what + ", gradient",
                        i,
                        up - down,
                        slopes[i],
                        Tolerance.ulps(16, Math.abs(up) + Math.abs(down)));
            }
            // All terms have the same sign; each has a few rounding errors.
            Check.close(what, row, sum, losses[row], Tolerance.sum(c.n() + 4L, sum));
        }
        checkGuards(what, c, loss, gx);
    }

    /** Losses and gradients, with smoothed targets. */
    @TestFactory
    final Stream<DynamicTest> crossEntropy() {
        return cases(this::crossEntropy);
    }

    private void crossEntropy(Case c, boolean weighted) {
        String what = "crossEntropy " + c.shape + " " + c.placement + ", weighted " + weighted;
        Operand loss = output(c.placement, c.rows);
        Operand gx = output(c.placement, c.shape);
        backend().crossEntropy(c.x.view(), c.y.view(), c.weightView(weighted), KEEP, SHARE, loss.view());
        backend()
                .crossEntropyBackward(
                        c.x.view(), c.y.view(), c.weightView(weighted), KEEP, SHARE, c.upstream.view(), gx.view());
        float[] losses = loss.read();
        float[] slopes = gx.read();
        int n = c.n();
        for (int row = 0; row < losses.length; row++) {
            double max = Double.NEGATIVE_INFINITY;
            double maxAbs = 0;
            double targets = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                max = Math.max(max, c.logits[i]);
                maxAbs = Math.max(maxAbs, Math.abs(c.logits[i]));
                targets += c.weight(i, weighted) * (KEEP * c.targets[i] + SHARE);
            }
            double exponentials = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                exponentials += Math.exp(c.logits[i] - max);
            }
            double sum = 0;
            double bound = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                double spread = max - c.logits[i];
                double target = c.weight(i, weighted) * (KEEP * c.targets[i] + SHARE);
                sum += target * (spread + Math.log(exponentials));
                bound += target * Tolerance.logSoftmax(n, spread, maxAbs);
                double p = Math.exp(-spread) / exponentials;
                double g = c.gradients[row];
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
        checkGuards(what, c, loss, gx);
    }

    private static void checkGuards(String what, Case c, Operand loss, Operand gx) {
        loss.assertGuards(what);
        gx.assertGuards(what + ", gradient");
    }

    /** Extreme logits give finite losses and gradients; the same input gives the same bits. */
    @Test
    final void binaryCrossEntropyOfExtremeLogits() {
        float[] logits = {100, -100, 0, 1e30f, -1e30f, 3};
        float[] targets = {0, 1, 0.5f, 1, 0, 1};
        Operand x = input(Placement.DENSE, Shape.of(1, 6), logits);
        Operand y = input(Placement.DENSE, Shape.of(1, 6), targets);
        Operand one = input(Placement.DENSE, Shape.of(1, 1), new float[] {1});
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
