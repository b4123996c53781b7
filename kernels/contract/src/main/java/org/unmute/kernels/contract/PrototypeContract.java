package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** Prototype max pooling and its gradient. */
public abstract class PrototypeContract extends Contract {
    /** For the backend's tests. */
    protected PrototypeContract() {}

    /** Clips, tokens, prototypes, dim; many clips of few tokens are the frames of a map. */
    private static final int[][] SHAPES = {
        {1, 1, 1, 1},
        {2, 3, 5, 7},
        {3, 17, 33, 16},
        {1, 14, 192, 65},
        {2, 63, 257, 31},
        {1, 127, 65, 64},
        {1, 15, 9, 1023},
        {0, 3, 2, 4},
        {2, 3, 0, 4},
        {19, 8, 70, 24},
        {23, 5, 3, 33},
        {131, 1, 2, 9},
        {3, 32, 65, 16}
    };

    /**
     * Cosines closer than this may count as equal: a few rounding errors of a double-float.
     */
    private static final double INDISTINGUISHABLE = 1e-12;

    /** Values, winners and gradients in all placements. */
    @TestFactory
    final Stream<DynamicTest> prototypeMaxPool() {
        return each(SHAPES, s -> {
            for (Placement p : Placement.values()) {
                Operand tokens = operand(p, Shape.of(s[0], s[1], s[3]), 1);
                Operand prototypes = operand(p, Shape.of(s[2], s[3]), 2);
                Operand winners = intOutput(Placement.STRIDED, Shape.of(s[0], s[2]));
                forward(tokens, prototypes, winners, p);
                backward(tokens, prototypes, winners, p);
                binary(tokens, prototypes, p);
            }
        });
    }

    private void forward(Operand tokens, Operand prototypes, Operand winners, Placement p) {
        Shape shape = winners.view().shape();
        long dim = prototypes.view().shape().size(1);
        Operand values = output(p, shape);
        backend().prototypeMaxPool(tokens.view(), prototypes.view(), values.view(), winners.view());
        View expected = doubles(shape);
        REFERENCE.prototypeMaxPool(
                tokens.reference(),
                prototypes.reference(),
                expected,
                View.dense(HostBuffer.allocate(DType.I32, shape.elements()), shape));
        float[] got = values.read();
        int[] won = winners.readInts();
        View unitTokens = doubles(tokens.view().shape());
        View unitPrototypes = doubles(prototypes.view().shape());
        REFERENCE.l2Normalize(tokens.reference(), unitTokens);
        REFERENCE.l2Normalize(prototypes.reference(), unitPrototypes);
        int n = tokens.view().shape().dim(1);
        int count = shape.dim(1);
        for (int i = 0; i < got.length; i++) {
            double best = expected.host().get(i);
            Check.close("prototypeMaxPool", i, best, got[i], Tolerance.cosine(dim));
            double cosine = 0;
            for (int d = 0; d < dim; d++) {
                cosine += unitTokens.host().get((i / count * n + won[i]) * (int) dim + d)
                        * unitPrototypes.host().get(i % count * (int) dim + d);
            }
            assertTrue(
                    best - cosine <= 2 * Tolerance.cosine(dim),
                    "prototypeMaxPool: winner " + won[i] + " has " + cosine + ", the best has " + best);
        }
        values.assertGuards("prototypeMaxPool");
        winners.assertGuards("prototypeMaxPool");
    }

    private void backward(Operand tokens, Operand prototypes, Operand winners, Placement p) {
        Operand gy = operand(p, winners.view().shape(), 5);
        Operand gt = output(p, tokens.view().shape());
        Operand gp = output(p, prototypes.view().shape());
        backend()
                .prototypeMaxPoolBackward(
                        tokens.view(), prototypes.view(), winners.view(), gy.view(), gt.view(), gp.view());
        View rt = doubles(tokens.view().shape());
        View rp = doubles(prototypes.view().shape());
        View w = View.dense(HostBuffer.wrap(winners.readInts()), winners.view().shape());
        REFERENCE.prototypeMaxPoolBackward(tokens.reference(), prototypes.reference(), w, gy.reference(), rt, rp);
        long dim = prototypes.view().shape().size(1);
        long clips = tokens.view().shape().size(0);
        long count = prototypes.view().shape().size(0);
        double g = maxAbs(gy);
        compare(
                "prototypeMaxPool gradient of tokens",
                rt,
                gt,
                Tolerance.normalized(dim + count, 2 * g * count / minNorm(tokens, dim)));
        compare(
                "prototypeMaxPool gradient of prototypes",
                rp,
                gp,
                Tolerance.normalized(dim + clips, 2 * g * clips / minNorm(prototypes, dim)));

        Operand alone = output(p, tokens.view().shape());
        backend()
                .prototypeMaxPoolBackward(
                        tokens.view(), prototypes.view(), winners.view(), gy.view(), alone.view(), null);
        Check.same("gradient of tokens alone", gt.read(), alone.read());
        Operand other = output(p, prototypes.view().shape());
        backend()
                .prototypeMaxPoolBackward(
                        tokens.view(), prototypes.view(), winners.view(), gy.view(), null, other.view());
        Check.same("gradient of prototypes alone", gp.read(), other.read());
    }

    /**
     * The binary form agrees with the general form on ±1, within the same bounds; the winners of ties may differ.
     */
    private void binary(Operand tokens, Operand prototypes, Placement p) {
        Shape shape = Shape.of(
                tokens.view().shape().size(0), prototypes.view().shape().size(0));
        long dim = prototypes.view().shape().size(1);
        Operand values = output(p, shape);
        Operand winners = intOutput(Placement.STRIDED, shape);
        backend().binaryPrototypeMaxPool(tokens.view(), prototypes.view(), values.view(), winners.view());
        View expected = doubles(shape);
        REFERENCE.binaryPrototypeMaxPool(
                tokens.reference(),
                prototypes.reference(),
                expected,
                View.dense(HostBuffer.allocate(DType.I32, shape.elements()), shape));
        compare("binaryPrototypeMaxPool", expected, values, Tolerance.cosine(dim));
        winners.assertGuards("binaryPrototypeMaxPool");

        View w = View.dense(HostBuffer.wrap(winners.readInts()), shape);
        Operand gy = operand(p, shape, 6);
        Operand gt = output(p, tokens.view().shape());
        Operand gp = output(p, prototypes.view().shape());
        backend()
                .binaryPrototypeMaxPoolBackward(
                        tokens.view(), prototypes.view(), winners.view(), gy.view(), gt.view(), gp.view());
        View rt = doubles(tokens.view().shape());
        View rp = doubles(prototypes.view().shape());
        REFERENCE.binaryPrototypeMaxPoolBackward(tokens.reference(), prototypes.reference(), w, gy.reference(), rt, rp);
        double g = maxAbs(gy);
        long count = shape.size(1);
        long clips = shape.size(0);
        compare(
                "binaryPrototypeMaxPool gradient of tokens",
                rt,
                gt,
                Tolerance.normalized(dim + count, 2 * g * count / minNorm(tokens, dim)));
        compare(
                "binaryPrototypeMaxPool gradient of prototypes",
                rp,
                gp,
                Tolerance.normalized(dim + clips, 2 * g * clips / Math.sqrt(dim)));
    }

    /** Zeros of either sign count as +1; entries that are not finite make their prototype NaN, and no other. */
    @Test
    final void binaryPrototypeMaxPoolOfSpecialValues() {
        int dim = 37;
        float[] p = ValueKind.NORMAL.make(5L * dim, 3);
        p[0] = 0f;
        p[1] = -0f;
        p[dim + 36] = Float.NaN;
        p[2 * dim] = Float.NEGATIVE_INFINITY;
        p[3 * dim + 20] = Float.MIN_VALUE;
        p[3 * dim + 21] = -Float.MIN_VALUE;
        float[] signs = new float[p.length];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = Float.isFinite(p[i]) ? p[i] >= 0 ? 1 : -1 : Float.NaN;
        }
        Operand tokens = operand(Placement.DENSE, Shape.of(2, 9, dim), 4);
        float[][] got = new float[2][];
        int[][] won = new int[2][];
        for (int i = 0; i < 2; i++) {
            Operand values = output(Placement.DENSE, Shape.of(2, 5));
            Operand winners = intOutput(Placement.DENSE, Shape.of(2, 5));
            View rows =
                    input(Placement.DENSE, Shape.of(5, dim), i == 0 ? p : signs).view();
            if (i == 0) {
                backend().binaryPrototypeMaxPool(tokens.view(), rows, values.view(), winners.view());
            } else {
                backend().prototypeMaxPool(tokens.view(), rows, values.view(), winners.view());
            }
            got[i] = values.read();
            won[i] = winners.readInts();
        }
        for (int i = 0; i < got[0].length; i++) {
            Check.close("sign of special numbers", i, got[1][i], got[0][i], 2 * Tolerance.cosine(dim));
            assertEquals(won[1][i], won[0][i], "winner " + i);
            assertEquals(i % 5 == 1 || i % 5 == 2, Float.isNaN(got[0][i]), "NaN of prototype " + i % 5);
        }
    }

    /**
     * Tokens that differ by a few rounding errors: in the binary form the winner is that of exact arithmetic, the first
     * of equal ones. A winner that float32 chose would make training diverge from other backends. The test sees only
     * tokens that float64 distinguishes.
     */
    @TestFactory
    final Stream<DynamicTest> binaryPrototypeMaxPoolPicksExactWinners() {
        return Stream.of(
                        new int[] {2, 70, 40, 64},
                        new int[] {1, 200, 33, 768},
                        new int[] {1, 517, 20, 33},
                        new int[] {30, 8, 70, 24},
                        new int[] {9, 20, 5, 100},
                        new int[] {1, 2, 3, 1000})
                .map(s -> DynamicTest.dynamicTest(Arrays.toString(s), () -> exactWinners(s)));
    }

    private void exactWinners(int[] s) {
        Shape shape = Shape.of(s[0], s[2]);
        Operand tokens = input(Placement.STRIDED, Shape.of(s[0], s[1], s[3]), nearlyEqual(s));
        Operand prototypes = operand(Placement.STRIDED, Shape.of(s[2], s[3]), 12);
        Operand values = output(Placement.STRIDED, shape);
        Operand winners = intOutput(Placement.STRIDED, shape);
        backend().binaryPrototypeMaxPool(tokens.view(), prototypes.view(), values.view(), winners.view());
        double[] x = tokens.reference().host().doubles();
        double[] p = prototypes.reference().host().doubles();
        int[] won = winners.readInts();
        int distinguished = 0;
        for (int i = 0; i < won.length; i++) {
            double[] cosines = new double[s[1]];
            for (int n = 0; n < s[1]; n++) {
                cosines[n] = cosine(x, (i / s[2] * s[1] + n) * s[3], p, i % s[2] * s[3], s[3]);
            }
            int best = 0;
            for (int n = 1; n < s[1]; n++) {
                best = cosines[n] > cosines[best] ? n : best;
            }
            double next = Double.NEGATIVE_INFINITY;
            for (int n = 0; n < s[1]; n++) {
                next = cosines[n] < cosines[best] ? Math.max(next, cosines[n]) : next;
            }
            if (cosines[best] - next > INDISTINGUISHABLE) {
                assertEquals(best, won[i], "winner " + i + " is ahead by " + (cosines[best] - next));
                distinguished++;
            }
        }
        assertTrue(
                distinguished > won.length * 9 / 10,
                "only " + distinguished + " of " + won.length + " winners are distinguishable");
        winners.assertGuards("binaryPrototypeMaxPool");
    }

    /** Copies of one token of each clip with a rounding error in every entry; two of three occur twice. */
    private static float[] nearlyEqual(int[] s) {
        float[] base = ValueKind.NORMAL.make((long) s[0] * s[3], 10);
        float[] noise = ValueKind.NORMAL.make((long) s[0] * s[1] * s[3], 11);
        float[] x = new float[noise.length];
        for (int i = 0; i < x.length; i++) {
            int n = i / s[3] % s[1];
            int at = n % 3 == 1 && n + 1 < s[1] ? i + s[3] : i;
            x[i] = base[i / s[3] / s[1] * s[3] + i % s[3]] * (1 + 1e-7f * noise[at]);
        }
        return x;
    }

    private static double cosine(double[] x, int at, double[] p, int row, int dim) {
        double dot = 0;
        double square = 0;
        for (int d = 0; d < dim; d++) {
            dot += p[row + d] >= 0 ? x[at + d] : -x[at + d];
            square += x[at + d] * x[at + d];
        }
        return dot / Math.sqrt(square * dim);
    }

    /** Equal tokens: the first wins. NaN wins over all, the first NaN over later ones. Rows of zeros have cosine 0. */
    @Test
    final void prototypeMaxPoolOfTiesAndSpecialValues() {
        prototypeMaxPoolOfTiesAndSpecialValues(70);
        prototypeMaxPoolOfTiesAndSpecialValues(40);
        prototypeMaxPoolOfTiesAndSpecialValues(20);
    }

    private void prototypeMaxPoolOfTiesAndSpecialValues(int n) {
        int dim = 20;
        int count = 35;
        float[] t = new float[3 * n * dim];
        float[] row = ValueKind.NORMAL.make(dim, 1);
        for (int i = 0; i < 2 * n; i++) {
            System.arraycopy(row, 0, t, i * dim, dim);
        }
        t[(n + n - 9) * dim + 3] = Float.NaN;
        t[(n + n - 7) * dim + 4] = Float.POSITIVE_INFINITY;
        float[] p = ValueKind.NORMAL.make((long) count * dim, 2);
        p[7 * dim + 5] = Float.NaN;
        Arrays.fill(p, 8 * dim, 9 * dim, 0f);
        Operand values = output(Placement.DENSE, Shape.of(3, count));
        Operand winners = intOutput(Placement.DENSE, Shape.of(3, count));
        backend()
                .prototypeMaxPool(
                        input(Placement.DENSE, Shape.of(3, n, dim), t).view(),
                        input(Placement.DENSE, Shape.of(count, dim), p).view(),
                        values.view(),
                        winners.view());
        for (int j = 0; j < count; j++) {
            assertEquals(0, winners.readInts()[j], "the first of equal tokens");
            assertEquals(j == 7, Float.isNaN(values.read()[j]), "only a NaN prototype is NaN");
            assertEquals(j == 7 ? 0 : n - 9, winners.readInts()[count + j], "the first NaN");
            assertTrue(Float.isNaN(values.read()[count + j]), "NaN wins");
            assertEquals(0, winners.readInts()[2 * count + j], "tokens of zeros");
            if (j != 7) {
                assertEquals(0f, values.read()[2 * count + j], 0f, "tokens of zeros");
            }
        }
        assertEquals(0f, values.read()[8], 0f, "a prototype of zeros");
    }
}
