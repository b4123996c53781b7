package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.SlidingWindow;

/**
 * Operations that run clip by clip, so that the windows, products or unit vectors of a whole batch are never in memory:
 * convolution, product extremes, and sums of unit vectors.
 */
public abstract class ClipwiseContract extends Contract {
    private static final SlidingWindow[] WINDOWS = {
        SlidingWindow.of(1, 1, 1, 1),
        SlidingWindow.of(3, 3, 1, 1).pad(1, 1),
        SlidingWindow.of(2, 5, 2, 3),
        SlidingWindow.of(3, 2, 1, 2).pad(2, 1).dilate(2, 3),
        SlidingWindow.of(3, 1, 1, 1).pad(1, 0)
    };
    /** Clips, tokens, prototypes, dim. */
    private static final int[][] EXTREMES = {
        {1, 1, 1, 1}, {2, 3, 5, 7}, {3, 17, 33, 16}, {1, 63, 65, 31}, {0, 3, 2, 4}, {2, 3, 0, 4}
    };
    /** Sizes of x for unit sums. */
    private static final long[][] SUMS = {{1, 1}, {3, 17}, {2, 5, 16}, {12, 3, 7, 33}, {2, 0, 3, 4}};

    /** For the tests of a backend. */
    protected ClipwiseContract() {}

    /** Compares values and both gradients, together and each alone. */
    @TestFactory
    final Stream<DynamicTest> convolve() {
        return each(WINDOWS, w -> {
            for (Placement p : Placement.values()) {
                convolve(w, 1, p);
                convolve(w, 2, p);
            }
        });
    }

    private void convolve(SlidingWindow w, int groups, Placement p) {
        Operand x = operand(p, Shape.of(2, 6, 9, 13), 1);
        Operand weight = operand(p, Shape.of(4, 6 / groups, w.height(), w.width()), 2);
        Shape result = Shape.of(2, 4, w.positionsY(9), w.positionsX(13));
        Operand y = output(p, result);
        onBoth((b, at) -> b.convolve(at.of(x), at.of(weight), w, groups, at.of(y)));
        long taps = weight.shape().tail(1).elements();
        compare("convolve " + w + p, y, Tolerance.sum(2 * taps, taps * maxAbs(x) * maxAbs(weight)));

        Operand gy = operand(p, result, 3);
        Operand gx = output(p, x.shape());
        Operand gw = output(p, weight.shape());
        onBoth((b, at) -> b.convolveBackward(at.of(x), at.of(weight), w, groups, at.of(gy), at.of(gx), at.of(gw)));
        long met = 4L / groups * w.height() * w.width();
        compare("convolve gradient of x " + w + p, gx, Tolerance.sum(2 * met, met * maxAbs(gy) * maxAbs(weight)));
        long positions = 2 * result.tail(2).elements();
        compare(
                "convolve gradient of weight " + w + p,
                gw,
                Tolerance.sum(2 * positions, positions * maxAbs(gy) * maxAbs(x)));

        Operand alone = output(p, x.shape());
        backend().convolveBackward(x.view(), weight.view(), w, groups, gy.view(), alone.view(), null);
        same("gradient of x alone", gx, alone);
        Operand other = output(p, weight.shape());
        backend().convolveBackward(x.view(), weight.view(), w, groups, gy.view(), null, other.view());
        same("gradient of weight alone", gw, other);
    }

    /** Compares values, winners and gradients. */
    @TestFactory
    final Stream<DynamicTest> productExtremes() {
        return each(EXTREMES, s -> {
            for (Placement p : Placement.values()) {
                productExtremes(operand(p, Shape.of(s[0], s[1], s[3]), 1), operand(p, Shape.of(s[2], s[3]), 2), p);
            }
        });
    }

    private void productExtremes(Operand tokens, Operand prototypes, Placement p) {
        long clips = tokens.shape().size(0);
        long count = prototypes.shape().size(0);
        long dim = prototypes.shape().size(1);
        Shape result = Shape.of(2, clips, count);
        Operand values = output(p, result);
        Operand winners = intOutput(p, result);
        onBoth((b, at) -> b.productExtremes(at.of(tokens), at.of(prototypes), at.of(values), at.of(winners)));
        compare("productExtremes " + p, values, Tolerance.sum(dim, dim * maxAbs(tokens) * maxAbs(prototypes)));
        winners.assertGuards("productExtremes");

        Operand won = winners.written();
        Operand gy = operand(p, result, 3);
        Operand gt = output(p, tokens.shape());
        Operand gp = output(p, prototypes.shape());
        onBoth((b, at) -> b.productExtremesBackward(
                at.of(tokens), at.of(prototypes), at.of(won), at.of(gy), at.of(gt), at.of(gp)));
        compare("gradient of tokens", gt, Tolerance.sum(4 * count, 2 * count * maxAbs(gy) * maxAbs(prototypes)));
        compare("gradient of prototypes", gp, Tolerance.sum(4 * clips, 2 * clips * maxAbs(gy) * maxAbs(tokens)));
    }

    /** The first of equal tokens wins on both sides; NaN wins over everything. */
    @Test
    final void productExtremesOfTiesAndNan() {
        float[] tokens = {1, 2, 3, 0, 1, 2, 3, 0, Float.NaN, 0, 1, 1};
        Operand values = output(Placement.DENSE, Shape.of(2, 2, 1));
        Operand winners = intOutput(Placement.DENSE, Shape.of(2, 2, 1));
        Operand x = input(Placement.DENSE, Shape.of(2, 3, 2), tokens);
        Operand ones = input(Placement.DENSE, Shape.of(1, 2), 1, 1);
        backend().productExtremes(x.view(), ones.view(), values.view(), winners.view());
        assertArrayEquals(new float[] {3, Float.NaN, 3, Float.NaN}, values.read());
        assertArrayEquals(new int[] {0, 1, 0, 1}, winners.readInts());
    }

    /** Compares values and gradients. */
    @TestFactory
    final Stream<DynamicTest> unitSum() {
        return each(SUMS, s -> {
            for (Placement p : Placement.values()) {
                unitSum(operand(p, Shape.of(s), 1), operand(p, Shape.of(s[0]), 2), p);
            }
        });
    }

    private void unitSum(Operand x, Operand weights, Placement p) {
        Shape shape = x.shape();
        Shape result = shape.tail(1);
        Operand y = output(p, result);
        onBoth((b, at) -> b.unitSum(at.of(x), at.of(weights), at.of(y)));
        long n = shape.size(0);
        long dim = shape.size(-1);
        compare("unitSum " + p, y, Tolerance.normalized(dim + n, n * maxAbs(weights)));

        Operand gy = operand(p, result, 3);
        Operand gx = output(p, shape);
        Operand gw = output(p, weights.shape());
        onBoth((b, at) -> b.unitSumBackward(at.of(x), at.of(weights), at.of(gy), at.of(gx), at.of(gw)));
        double g = maxAbs(gy);
        compare(
                "gradient of x",
                gx,
                Tolerance.normalized(2 * dim, 2 * g * maxAbs(weights) * Math.sqrt(dim) / minNorm(x, dim)));
        compare("gradient of weights", gw, Tolerance.normalized(2 * result.elements(), result.elements() * g));
    }
}
