package org.unmute.kernels.contract;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/** Products whose left operand is a sliding window: convolution along tokens and patch embedding. */
public abstract class ConvolutionContract extends Contract {
    /**
     * Clips, tokens, groups, then outputs, taps and inputs of each group, on both sides of tiles, slices and runs of
     * taps.
     */
    private static final int[][] TOKENS = {
        {1, 1, 1, 1, 1, 1},
        {2, 5, 2, 3, 4, 2},
        {1, 70, 3, 5, 3, 17},
        {2, 33, 2, 20, 66, 16},
        {1, 9, 2, 65, 130, 4},
        {1, 66, 2, 48, 128, 48},
        {3, 1, 2, 4, 7, 5},
        {0, 3, 2, 2, 3, 2},
        {2, 0, 2, 2, 3, 2}
    };
    /** Clips, rows, columns, outputs. */
    private static final int[][] IMAGES = {{1, 8, 9, 1}, {2, 17, 12, 5}, {3, 33, 40, 66}, {0, 8, 9, 3}};

    /** Clips, rows, columns, channels. */
    private static final int[][] MAPS = {
        {1, 5, 4, 1}, {2, 9, 7, 8}, {1, 7, 13, 17}, {2, 6, 5, 40}, {1, 12, 37, 24}, {1, 3, 70, 72}, {0, 5, 6, 3}
    };

    private static final SlidingWindow[] DEPTHWISE = {
        SlidingWindow.of(1, 1, 1, 1),
        SlidingWindow.of(3, 3, 1, 1).pad(1, 1),
        SlidingWindow.of(3, 3, 2, 2).pad(1, 1),
        SlidingWindow.of(3, 3, 2, 2).padEnd(1, 1),
        SlidingWindow.of(5, 5, 1, 1).pad(2, 2),
        SlidingWindow.of(5, 5, 2, 2).pad(2, 2),
        SlidingWindow.of(2, 3, 1, 3).pad(1, 4).padEnd(0, 2).dilate(2, 1)
    };

    private static final SlidingWindow[] WINDOWS = {
        SlidingWindow.of(1, 1, 1, 1),
        SlidingWindow.of(4, 4, 4, 4),
        SlidingWindow.of(2, 9, 2, 9),
        SlidingWindow.of(5, 3, 2, 3),
        SlidingWindow.of(8, 8, 3, 1),
        SlidingWindow.of(2, 3, 1, 2).dilate(2, 3)
    };

    /** For the tests of a backend. */
    protected ConvolutionContract() {}

    /** Terms of a sum, added in float64. */
    private static final class Sum {
        double value;
        double absolutes;

        void add(double term) {
            value += term;
            absolutes += Math.abs(term);
        }
    }

    /** Adds the terms of element {@code i} of a result. */
    private interface Terms {
        void addTo(Sum sum, int i);
    }

    /** The sums of a result, which depend on the numbers, not on their placement: one serves all placements. */
    private record Sums(long terms, double[] values, double[] absolutes) {
        static Sums of(Shape result, long terms, Terms each) {
            int count = Math.toIntExact(result.elements());
            Sums sums = new Sums(terms, new double[count], new double[count]);
            for (int i = 0; i < count; i++) {
                Sum sum = new Sum();
                each.addTo(sum, i);
                sums.values[i] = sum.value;
                sums.absolutes[i] = sum.absolutes;
            }
            return sums;
        }
    }

    /** Compares results with and without bias and activation. */
    @TestFactory
    final Stream<DynamicTest> convolveTokens() {
        return each(TOKENS, s -> {
            skipIfLeftOut(
                    "convolveTokens " + Arrays.toString(s),
                    12.0 * Arrays.stream(s).asLongStream().reduce(1, (a, b) -> a * b));
            Sums biased = null;
            Sums plain = null;
            for (Placement p :
                    s[4] * s[5] > 1000 ? new Placement[] {Placement.DENSE, Placement.STRIDED} : placements()) {
                biased = convolveTokens(s, p, true, Unary.GELU, biased);
                plain = convolveTokens(s, p, false, null, plain);
            }
            convolveTokens(s, Placement.PADDED, true, Unary.RELU, biased);
            convolveTokens(s, Placement.PADDED, true, Unary.SILU, biased);
        });
    }

    /** Computes the expected sums unless they are already known, and returns them. */
    private Sums convolveTokens(int[] s, Placement p, boolean hasBias, Unary f, Sums known) {
        String what = "convolveTokens " + Arrays.toString(s) + " " + p + ", bias " + hasBias + ", " + f;
        Operand x = operand(p, Shape.of(s[0], s[1], s[2] * s[5]), 1);
        Operand weight = operand(p, Shape.of(s[2], s[3], s[4], s[5]), 2);
        Operand bias = operand(Placement.STRIDED, Shape.of(s[2] * s[3]), 3);
        View b = hasBias ? bias.view() : null;
        Shape shape = Shape.of(s[0], s[1], s[2] * s[3]);
        double[] xs = x.exact();
        double[] ws = weight.exact();
        Terms terms = (sum, i) -> {
            int channel = i % (s[2] * s[3]);
            int token = i / (s[2] * s[3]) % s[1];
            int clip = i / (s[2] * s[3]) / s[1];
            for (int k = Math.max(0, s[4] / 2 - token); k < Math.min(s[4], s[1] + s[4] / 2 - token); k++) {
                for (int c = 0; c < s[5]; c++) {
                    int from = ((clip * s[1] + token + k - s[4] / 2) * s[2] + channel / s[3]) * s[5] + c;
                    sum.add(xs[from] * ws[(channel * s[4] + k) * s[5] + c]);
                }
            }
            sum.add(hasBias ? bias.exact(channel) : 0);
        };
        Sums sums = known == null ? Sums.of(shape, s[4] * s[5] + 1L, terms) : known;
        check(what, p, shape, out -> backend().convolveTokens(x.view(), weight.view(), b, f, out), f, sums);
        return sums;
    }

    /**
     * Compares a result with its sums, to which a function may have been applied. A second run must give the same bits.
     */
    private void check(String what, Placement p, Shape shape, Consumer<View> op, Unary f, Sums sums) {
        Operand out = output(p, shape);
        op.accept(out.view());
        double[] values = sums.values;
        compare(what, i -> f == null ? values[i] : f.apply(values[i], 0, 0), out, i -> {
            double bound = Tolerance.sum(sums.terms, sums.absolutes[i]);
            // No slope of these functions is above 1.2, but that of hard-swish is 1.5 just below 3.
            double slope = f == Unary.HARDSWISH ? 1.5 : 1.2;
            return f == null ? bound : slope * bound + Tolerance.unary(f, values[i], 0, 0);
        });
        Operand again = output(p, shape);
        op.accept(again.view());
        same(what + ", a second time", out, again);
    }

    /** Adjacent, overlapping, spaced and dilated patches. */
    @TestFactory
    final Stream<DynamicTest> embedPatches() {
        return each(WINDOWS, w -> {
            for (int[] s : IMAGES) {
                Sums sums = null;
                for (Placement p : placements()) {
                    sums = embedPatches(w, s, p, true, sums);
                }
                embedPatches(w, s, Placement.STRIDED, false, null);
            }
        });
    }

    /** So many patches that a device uses larger tiles, with and without rows that allow loads of four elements. */
    @Test
    final void embedPatchesOfLargeImages() {
        if (leavesOut("embedPatchesOfLargeImages", 2.4e8)) {
            return;
        }
        Sums biased = null;
        Sums plain = null;
        for (Placement p : new Placement[] {Placement.DENSE, Placement.STRIDED}) {
            biased = embedPatches(SlidingWindow.of(4, 4, 4, 4), new int[] {3, 80, 104, 1450}, p, true, biased);
            plain = embedPatches(SlidingWindow.of(3, 5, 2, 3), new int[] {2, 71, 66, 1409}, p, false, plain);
        }
        SlidingWindow w = SlidingWindow.of(4, 8, 2, 4);
        Shape image = Shape.of(3, 74, 64);
        float[] numbers = ValueKind.NORMAL.make(image.elements(), 1);
        Operand x = fromTheStart(image, numbers);
        Operand weight = fromTheStart(Shape.of(1420, 32), ValueKind.NORMAL.make(1420 * 32, 2));
        Operand other = input(Placement.STRIDED, image, numbers);
        Shape shape = Shape.of(3, 36 * 15, 1420);
        Operand out = output(Placement.DENSE, shape);
        Operand expected = output(Placement.DENSE, shape);
        backend().embedPatches(x.view(), w, weight.view(), null, out.view());
        backend().embedPatches(other.view(), w, weight.view(), null, expected.view());
        same("patches read four elements at a time", expected, out);
    }

    /** As {@link #convolveTokens(int[], Placement, boolean, Unary, Sums)}. */
    private Sums embedPatches(SlidingWindow w, int[] s, Placement p, boolean hasBias, Sums known) {
        String what = "embedPatches " + w + " of " + Arrays.toString(s) + " " + p + ", bias " + hasBias;
        int size = w.height() * w.width();
        int across = w.positionsX(s[2]);
        int patches = w.positionsY(s[1]) * across;
        Operand image = operand(p, Shape.of(s[0], s[1], s[2]), 1);
        Operand weight = operand(p, Shape.of(s[3], size), 2);
        Operand bias = operand(Placement.STRIDED, Shape.of(s[3]), 3);
        View b = hasBias ? bias.view() : null;
        Shape shape = Shape.of(s[0], patches, s[3]);
        double[] xs = image.exact();
        double[] ws = weight.exact();
        int[] taps = new int[size];
        Arrays.setAll(taps, c -> c / w.width() * w.dilationY() * s[2] + c % w.width() * w.dilationX());
        Terms terms = (sum, i) -> {
            int o = i % s[3];
            int patch = i / s[3] % patches;
            int row = i / s[3] / patches * s[1] + patch / across * w.strideY();
            int from = row * s[2] + patch % across * w.strideX();
            for (int c = 0; c < size; c++) {
                sum.add(xs[from + taps[c]] * ws[o * size + c]);
            }
            sum.add(hasBias ? bias.exact(o) : 0);
        };
        Sums sums = known == null ? Sums.of(shape, size + 1L, terms) : known;
        check(what, p, shape, out -> backend().embedPatches(image.view(), w, weight.view(), b, out), null, sums);
        return sums;
    }

    /** Compares results with and without bias and activation, and both gradients. */
    @TestFactory
    final Stream<DynamicTest> convolveDepthwise() {
        return each(DEPTHWISE, w -> {
            for (int[] s : MAPS) {
                Sums biased = null;
                Sums plain = null;
                for (Placement p : placements()) {
                    biased = convolveDepthwise(w, s, p, true, Unary.HARDSWISH, biased);
                    plain = convolveDepthwise(w, s, p, false, null, plain);
                    convolveDepthwiseBackward(w, s, p);
                }
                convolveDepthwise(w, s, Placement.PADDED, true, Unary.RELU, biased);
                convolveDepthwise(w, s, Placement.PADDED, true, Unary.SIN, biased);
            }
        });
    }

    /** As {@link #convolveTokens(int[], Placement, boolean, Unary, Sums)}. */
    private Sums convolveDepthwise(SlidingWindow w, int[] s, Placement p, boolean hasBias, Unary f, Sums known) {
        String what = "convolveDepthwise " + w + " of " + Arrays.toString(s) + " " + p + ", bias " + hasBias + ", " + f;
        int down = w.positionsY(s[1]);
        int across = w.positionsX(s[2]);
        Operand x = operand(p, Shape.of(s[0], s[1], s[2], s[3]), 1);
        Operand weight = operand(p, Shape.of(w.height(), w.width(), s[3]), 2);
        Operand bias = operand(Placement.STRIDED, Shape.of(s[3]), 3);
        View b = hasBias ? bias.view() : null;
        Shape shape = Shape.of(s[0], down, across, s[3]);
        double[] xs = x.exact();
        double[] ws = weight.exact();
        Terms terms = (sum, i) -> {
            int c = i % s[3];
            int column = i / s[3] % across * w.strideX() - w.padX();
            int row = i / s[3] / across % down * w.strideY() - w.padY();
            int clip = i / s[3] / across / down;
            for (int k = 0; k < w.height() * w.width(); k++) {
                int r = row + k / w.width() * w.dilationY();
                int q = column + k % w.width() * w.dilationX();
                if (r >= 0 && r < s[1] && q >= 0 && q < s[2]) {
                    sum.add(xs[((clip * s[1] + r) * s[2] + q) * s[3] + c] * ws[k * s[3] + c]);
                }
            }
            sum.add(hasBias ? bias.exact(c) : 0);
        };
        Sums sums = known == null ? Sums.of(shape, (long) w.height() * w.width() + 1, terms) : known;
        check(what, p, shape, out -> backend().convolveDepthwise(x.view(), weight.view(), b, f, w, out), f, sums);
        return sums;
    }

    private void convolveDepthwiseBackward(SlidingWindow w, int[] s, Placement p) {
        Operand x = operand(p, Shape.of(s[0], s[1], s[2], s[3]), 1);
        Operand weight = operand(p, Shape.of(w.height(), w.width(), s[3]), 2);
        Operand gy = operand(p, Shape.of(s[0], w.positionsY(s[1]), w.positionsX(s[2]), s[3]), 4);
        Operand gx = output(p, x.shape());
        Operand gw = output(p, weight.shape());
        onBoth((b, at) -> b.convolveDepthwiseBackward(at.of(x), at.of(weight), w, at.of(gy), at.of(gx), at.of(gw)));
        long taps = (long) w.height() * w.width();
        compare("depthwise gradient of x " + w + p, gx, Tolerance.sum(taps, taps * maxAbs(gy) * maxAbs(weight)));
        long positions = gy.shape().elements() / s[3];
        compare(
                "depthwise gradient of weight " + w + p,
                gw,
                Tolerance.sum(positions, positions * maxAbs(gy) * maxAbs(x)));
        Operand alone = output(p, x.shape());
        backend().convolveDepthwiseBackward(x.view(), weight.view(), w, gy.view(), alone.view(), null);
        same("gradient of x alone", gx, alone);
        Operand other = output(p, weight.shape());
        backend().convolveDepthwiseBackward(x.view(), weight.view(), w, gy.view(), null, other.view());
        same("gradient of weight alone", gw, other);
    }
}
