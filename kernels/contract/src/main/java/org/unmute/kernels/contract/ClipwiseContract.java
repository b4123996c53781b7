package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;

/**
 * Operations that run clip by clip, so that the windows, products or unit vectors of a whole batch are never in memory:
 * convolution, product extremes, sums of unit vectors.
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

    /** For the backend's tests. */
    protected ClipwiseContract() {}

    /** Values and both gradients, together and each alone. */
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
        backend().convolve(x.view(), weight.view(), w, groups, y.view());
        View expected = doubles(result);
        REFERENCE.convolve(x.reference(), weight.reference(), w, groups, expected);
        long taps = weight.view().shape().tail(1).elements();
        compare("convolve " + w + p, expected, y, Tolerance.sum(2 * taps, taps * maxAbs(x) * maxAbs(weight)));

        Operand gy = operand(p, result, 3);
        Operand gx = output(p, x.view().shape());
        Operand gw = output(p, weight.view().shape());
        backend().convolveBackward(x.view(), weight.view(), w, groups, gy.view(), gx.view(), gw.view());
        View rx = doubles(x.view().shape());
        View rw = doubles(weight.view().shape());
        REFERENCE.convolveBackward(x.reference(), weight.reference(), w, groups, gy.reference(), rx, rw);
        long met = 4L / groups * w.height() * w.width();
        compare("convolve gradient of x " + w + p, rx, gx, Tolerance.sum(2 * met, met * maxAbs(gy) * maxAbs(weight)));
        long positions = 2 * result.tail(2).elements();
        compare(
                "convolve gradient of weight " + w + p,
                rw,
                gw,
                Tolerance.sum(2 * positions, positions * maxAbs(gy) * maxAbs(x)));

        Operand alone = output(p, x.view().shape());
        backend().convolveBackward(x.view(), weight.view(), w, groups, gy.view(), alone.view(), null);
        Check.same("gradient of x alone", gx.read(), alone.read());
        Operand other = output(p, weight.view().shape());
        backend().convolveBackward(x.view(), weight.view(), w, groups, gy.view(), null, other.view());
        Check.same("gradient of weight alone", gw.read(), other.read());
    }

    /** Values, winners and gradients. */
    @TestFactory
    final Stream<DynamicTest> productExtremes() {
        return each(EXTREMES, s -> {
            for (Placement p : Placement.values()) {
                productExtremes(operand(p, Shape.of(s[0], s[1], s[3]), 1), operand(p, Shape.of(s[2], s[3]), 2), p);
            }
        });
    }

    private void productExtremes(Operand tokens, Operand prototypes, Placement p) {
        long clips = tokens.view().shape().size(0);
        long count = prototypes.view().shape().size(0);
        long dim = prototypes.view().shape().size(1);
        Shape result = Shape.of(2, clips, count);
        Operand values = output(p, result);
        Operand winners = intOutput(p, result);
        backend().productExtremes(tokens.view(), prototypes.view(), values.view(), winners.view());
        View expected = doubles(result);
        REFERENCE.productExtremes(
                tokens.reference(),
                prototypes.reference(),
                expected,
                View.dense(HostBuffer.allocate(DType.I32, result.elements()), result));
        compare(
                "productExtremes " + p,
                expected,
                values,
                Tolerance.sum(dim, dim * maxAbs(tokens) * maxAbs(prototypes)));
        winners.assertGuards("productExtremes");

        Operand gy = operand(p, result, 3);
        Operand gt = output(p, tokens.view().shape());
        Operand gp = output(p, prototypes.view().shape());
        backend()
                .productExtremesBackward(
                        tokens.view(), prototypes.view(), winners.view(), gy.view(), gt.view(), gp.view());
        View rt = doubles(tokens.view().shape());
        View rp = doubles(prototypes.view().shape());
        REFERENCE.productExtremesBackward(
                tokens.reference(),
                prototypes.reference(),
                View.dense(HostBuffer.wrap(winners.readInts()), result),
                gy.reference(),
                rt,
                rp);
        compare("gradient of tokens", rt, gt, Tolerance.sum(4 * count, 2 * count * maxAbs(gy) * maxAbs(prototypes)));
        compare("gradient of prototypes", rp, gp, Tolerance.sum(4 * clips, 2 * clips * maxAbs(gy) * maxAbs(tokens)));
    }

    /** The first of equal tokens wins on both sides; NaN wins over all. */
    @Test
    final void productExtremesOfTiesAndNan() {
        float[] tokens = {1, 2, 3, 0, 1, 2, 3, 0, Float.NaN, 0, 1, 1};
        Operand values = output(Placement.DENSE, Shape.of(2, 2, 1));
        Operand winners = intOutput(Placement.DENSE, Shape.of(2, 2, 1));
        Backend b = backend();
        b.productExtremes(
                Operand.of(b, Placement.DENSE, Shape.of(2, 3, 2), tokens).view(),
                Operand.of(b, Placement.DENSE, Shape.of(1, 2), new float[] {1, 1})
                        .view(),
                values.view(),
                winners.view());
        assertArrayEquals(new float[] {3, Float.NaN, 3, Float.NaN}, values.read());
        assertArrayEquals(new int[] {0, 1, 0, 1}, winners.readInts());
    }

    /** Values and gradients. */
    @TestFactory
    final Stream<DynamicTest> unitSum() {
        return each(SUMS, s -> {
            for (Placement p : Placement.values()) {
                unitSum(operand(p, Shape.of(s), 1), operand(p, Shape.of(s[0]), 2), p);
            }
        });
    }

    private void unitSum(Operand x, Operand weights, Placement p) {
        Shape shape = x.view().shape();
        Shape result = shape.tail(1);
        Operand y = output(p, result);
        backend().unitSum(x.view(), weights.view(), y.view());
        View expected = doubles(result);
        REFERENCE.unitSum(x.reference(), weights.reference(), expected);
        long dim = shape.size(-1);
        compare(
                "unitSum " + p,
                expected,
                y,
                Tolerance.normalized(dim + shape.size(0), shape.size(0) * maxAbs(weights)));

        Operand gy = operand(p, result, 3);
        Operand gx = output(p, shape);
        Operand gw = output(p, weights.view().shape());
        backend().unitSumBackward(x.view(), weights.view(), gy.view(), gx.view(), gw.view());
        View rx = doubles(shape);
        View rw = doubles(weights.view().shape());
        REFERENCE.unitSumBackward(x.reference(), weights.reference(), gy.reference(), rx, rw);
        compare(
                "gradient of x",
                rx,
                gx,
                Tolerance.normalized(2 * dim, 2 * maxAbs(gy) * maxAbs(weights) * Math.sqrt(dim) / minNorm(x, dim)));
        compare(
                "gradient of weights",
                rw,
                gw,
                Tolerance.normalized(2 * result.elements(), result.elements() * maxAbs(gy)));
    }
}
