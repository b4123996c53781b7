package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Prototype max pooling and its gradient. */
public abstract class PrototypeContract extends Contract {
    /** For the tests of a backend. */
    protected PrototypeContract() {}

    /** Clips, tokens, prototypes, dim. Many clips of few tokens are the frames of a map. */
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
        {3, 32, 65, 16},
        {64, 66, 129, 21}
    };

    /**
     * Cosines closer than this may count as equal: a few rounding errors of a double-float.
     */
    private static final double INDISTINGUISHABLE = 1e-12;

    /** Compares values, winners and gradients in all placements. */
    @TestFactory
    final Stream<DynamicTest> prototypeMaxPool() {
        return each(SHAPES, s -> {
            skipIfLeftOut("prototypeMaxPool " + Arrays.toString(s), 12.0 * s[0] * s[1] * s[2] * s[3]);
            for (boolean binary : BOTH) {
                Expected expected = null;
                for (Placement p : placements()) {
                    Operand tokens = operand(p, Shape.of(s[0], s[1], s[3]), 1);
                    Operand prototypes = operand(p, Shape.of(s[2], s[3]), 2);
                    expected = forwardAndBackward(binary, tokens, prototypes, p, expected);
                }
            }
        });
    }

    /** Results of the reference: values, and the gradients for the given winners. */
    record Expected(Operand values, int[] winners, Operand gradientOfTokens, Operand gradientOfPrototypes) {
        /** What was expected of the first values; null without any. */
        static Operand values(Expected of) {
            return of == null ? null : of.values;
        }

        /** The expected gradients, if they are those of these winners: rounding may choose another of near ties. */
        static Operand[] gradients(Expected of, int[] winners) {
            return of == null || !Arrays.equals(of.winners, winners)
                    ? null
                    : new Operand[] {of.gradientOfTokens, of.gradientOfPrototypes};
        }
    }

    /**
     * The binary form agrees with the general form on ±1, within the same bounds, though the winners of ties may
     * differ.
     *
     * @param known what was expected of the same numbers in another placement; null without any
     */
    private Expected forwardAndBackward(
            boolean binary, Operand tokens, Operand prototypes, Placement p, Expected known) {
        String what = binary ? "binaryPrototypeMaxPool" : "prototypeMaxPool";
        long clips = tokens.shape().size(0);
        long count = prototypes.shape().size(0);
        long dim = prototypes.shape().size(1);
        Operand values = output(p, Shape.of(clips, count));
        Operand winners = intOutput(Placement.STRIDED, values.shape());
        Operand exact = onBoth(
                Expected.values(known),
                values,
                (b, at) -> pool(b, binary, at.of(tokens), at.of(prototypes), at.of(values), at.of(winners)));
        compare(what, exact::exact, values, i -> Tolerance.cosine(dim + roundedTerms()));
        winners.assertGuards(what);
        int[] chosen = winners.readInts();
        Operand[] gradients = Expected.gradients(known, chosen);
        if (!binary && gradients == null) {
            checkWinners(tokens, prototypes, exact, chosen);
        }
        if (known != null && !comparesGradientsInAllLayouts()) {
            return new Expected(exact, chosen, known.gradientOfTokens, known.gradientOfPrototypes);
        }

        Operand won = winners.written();
        Operand gy = operand(p, values.shape(), binary ? 6 : 5);
        Operand gt = output(p, tokens.shape());
        Operand gp = output(p, prototypes.shape());
        Operand[] both = onBoth(
                gradients,
                new Operand[] {gt, gp},
                (b, at) -> poolBackward(
                        b, binary, at.of(tokens), at.of(prototypes), at.of(won), at.of(gy), at.of(gt), at.of(gp)));
        double g = maxAbs(gy);
        double norm = binary ? Math.sqrt(dim) : minNorm(prototypes, dim);
        double ofTokens = Tolerance.normalized(dim + count, 2 * g * count / minNorm(tokens, dim));
        double ofPrototypes = Tolerance.normalized(dim + clips, 2 * g * clips / norm);
        compare(what + " gradient of tokens", both[0]::exact, gt, i -> ofTokens);
        compare(what + " gradient of prototypes", both[1]::exact, gp, i -> ofPrototypes);
        Operand alone = output(p, tokens.shape());
        View t = tokens.view();
        View w = winners.view();
        poolBackward(backend(), binary, t, prototypes.view(), w, gy.view(), alone.view(), null);
        same("gradient of tokens alone", gt, alone);
        Operand other = output(p, prototypes.shape());
        poolBackward(backend(), binary, t, prototypes.view(), w, gy.view(), null, other.view());
        same("gradient of prototypes alone", gp, other);
        return new Expected(exact, chosen, both[0], both[1]);
    }

    /**
     * Whether gradients are compared in all layouts, not only in the first. The first is enough for a backend whose
     * kernels of gradients are those of another one that is tested with all.
     */
    protected boolean comparesGradientsInAllLayouts() {
        return true;
    }

    static void pool(Backend b, boolean binary, View tokens, View prototypes, View values, View winners) {
        if (binary) {
            b.binaryPrototypeMaxPool(tokens, prototypes, values, winners);
        } else {
            b.prototypeMaxPool(tokens, prototypes, values, winners);
        }
    }

    static void poolBackward(
            Backend b, boolean binary, View tokens, View prototypes, View winners, View gy, View gt, View gp) {
        if (binary) {
            b.binaryPrototypeMaxPoolBackward(tokens, prototypes, winners, gy, gt, gp);
        } else {
            b.prototypeMaxPoolBackward(tokens, prototypes, winners, gy, gt, gp);
        }
    }

    /** Requires the cosine of each winner to be the best one, up to rounding. */
    private void checkWinners(Operand tokens, Operand prototypes, Operand values, int[] won) {
        int n = tokens.shape().dim(1);
        int count = prototypes.shape().dim(0);
        int dim = prototypes.shape().dim(1);
        View unitTokens = doubles(tokens.shape());
        View unitPrototypes = doubles(prototypes.shape());
        REFERENCE.l2Normalize(tokens.reference(), unitTokens);
        REFERENCE.l2Normalize(prototypes.reference(), unitPrototypes);
        for (int i = 0; i < won.length; i++) {
            double best = values.exact(i);
            double cosine = 0;
            for (int d = 0; d < dim; d++) {
                cosine += unitTokens.host().get((i / count * n + won[i]) * dim + d)
                        * unitPrototypes.host().get(i % count * dim + d);
            }
            assertTrue(
                    best - cosine <= 2 * Tolerance.cosine(dim + roundedTerms()),
                    "prototypeMaxPool: winner " + won[i] + " has " + cosine + ", the best has " + best);
        }
    }

    /** Zeros of either sign count as +1. Entries that are not finite make only their own prototype NaN. */
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
            pool(backend(), i == 0, tokens.view(), rows, values.view(), winners.view());
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
     * Tokens that differ by a few rounding errors: in the binary form the winner is that of exact arithmetic, and the
     * first of equal tokens. A winner chosen by float32 would make training diverge from other backends. The test only
     * covers tokens that float64 distinguishes.
     */
    @TestFactory
    final Stream<DynamicTest> binaryPrototypeMaxPoolPicksExactWinners() {
        int[][] shapes = {
            {2, 70, 40, 64}, {1, 200, 33, 768}, {1, 517, 20, 33}, {30, 8, 70, 24}, {9, 20, 5, 100}, {1, 2, 3, 1000}
        };
        return each(shapes, s -> {
            Shape shape = Shape.of(s[0], s[2]);
            Operand tokens = input(Placement.STRIDED, Shape.of(s[0], s[1], s[3]), nearlyEqual(s));
            Operand prototypes = operand(Placement.STRIDED, Shape.of(s[2], s[3]), 12);
            Operand values = output(Placement.STRIDED, shape);
            Operand winners = intOutput(Placement.STRIDED, shape);
            backend().binaryPrototypeMaxPool(tokens.view(), prototypes.view(), values.view(), winners.view());
            double[] x = tokens.exact();
            double[] p = prototypes.exact();
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
        });
    }

    /** Copies of one token of each clip with a rounding error in every entry. Two in three occur twice. */
    static float[] nearlyEqual(int[] s) {
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

    /**
     * Of equal tokens the first wins. NaN wins over everything, and the first NaN over later ones. Rows of zeros have
     * cosine 0.
     */
    @Test
    final void prototypeMaxPoolOfTiesAndSpecialValues() {
        for (int tokens : new int[] {70, 40, 20}) {
            prototypeMaxPoolOfTiesAndSpecialValues(tokens);
        }
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
        int[] won = winners.readInts();
        float[] cosines = values.read();
        for (int j = 0; j < count; j++) {
            assertEquals(0, won[j], "the first of equal tokens");
            assertEquals(j == 7, Float.isNaN(cosines[j]), "only a NaN prototype is NaN");
            assertEquals(j == 7 ? 0 : n - 9, won[count + j], "the first NaN");
            assertTrue(Float.isNaN(cosines[count + j]), "NaN wins");
            assertEquals(0, won[2 * count + j], "tokens of zeros");
            if (j != 7) {
                assertEquals(0f, cosines[2 * count + j], 0f, "tokens of zeros");
            }
        }
        assertEquals(0f, cosines[8], 0f, "a prototype of zeros");
    }
}
