package org.unmute.kernels.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;

/** Attention, with and without bias and mask. */
public abstract class AttentionContract extends Contract {
    /** For the tests of a backend. */
    protected AttentionContract() {}

    /** Queries, keys, length of a key, length of a value. */
    private static final int[][] SHAPES = {
        {1, 1, 1, 1},
        {3, 2, 5, 7},
        {17, 16, 16, 15},
        {33, 65, 64, 64},
        {99, 31, 48, 33},
        {15, 257, 20, 17},
        {120, 127, 64, 64},
        {2, 1023, 9, 3},
        {5, 300, 800, 40},
        {4, 3, 0, 2},
        {4, 0, 3, 2},
        {0, 3, 3, 2},
        {4, 3, 2, 0}
    };

    /** Compares attention with the reference in all placements. */
    @TestFactory
    final Stream<DynamicTest> attention() {
        return each(SHAPES, s -> {
            for (int bias = 0; bias < 3; bias++) {
                attention(s, bias, 0.35);
            }
            attention(s, 0, -0.5);
        });
    }

    private void attention(int[] s, int biasKind, double scale) {
        Operand first = null;
        double score = 0;
        for (Placement p : placements()) {
            String what = "attention " + Arrays.toString(s) + " " + p + " bias " + biasKind;
            Shape lead = Shape.of(2, 2);
            Operand q = operand(p, lead.concat(Shape.of(s[0], s[2])), 1);
            Operand k = operand(p, lead.concat(Shape.of(s[1], s[2])), 2);
            Operand v = operand(p.after(1), lead.concat(Shape.of(s[1], s[3])), 3);
            Shape scores = lead.concat(Shape.of(s[0], s[1]));
            Operand bias = switch (biasKind) {
                case 1 -> operand(p, scores, 4);
                case 2 -> masked(scores);
                default -> null;
            };
            if (first == null) {
                score = Math.abs(scale) * maxScore(q, k) + (bias == null ? 0 : 4);
            }
            Operand out = output(p, lead.concat(Shape.of(s[0], s[3])));
            first = onBoth(
                    first, out, (b, at) -> b.attention(at.of(q), at.of(k), at.of(v), at.of(bias), scale, at.of(out)));
            double bound = Tolerance.attention(s[2] + rounded(), s[1] + rounded(), score, 5);
            compare(what, first::exact, out, i -> bound);
        }
    }

    /** Compares the weights alone, with and without a bias; gradients compute them again. */
    @TestFactory
    final Stream<DynamicTest> attentionWeights() {
        return each(SHAPES, s -> {
            for (boolean biased : BOTH) {
                Operand first = null;
                double score = 0;
                for (Placement p : placements()) {
                    Operand q = operand(p, Shape.of(3, s[0], s[2]), 1);
                    Operand k = operand(p, Shape.of(3, s[1], s[2]), 2);
                    Shape shape = Shape.of(3, s[0], s[1]);
                    Operand bias = biased ? operand(p, shape, 4) : null;
                    if (first == null) {
                        score = 0.35 * maxScore(q, k) + (biased ? maxAbs(bias) : 0);
                    }
                    Operand out = output(p, shape);
                    first = onBoth(
                            first,
                            out,
                            (b, at) -> b.attentionWeights(at.of(q), at.of(k), at.of(bias), 0.35, at.of(out)));
                    String what = "attention weights " + Arrays.toString(s) + " " + p + ", bias " + biased;
                    double bound = Tolerance.attention(s[2] + rounded(), s[1] + rounded(), score, 1);
                    compare(what, first::exact, out, i -> bound);
                }
            }
        });
    }

    /** Compares gradients with the reference in all placements, including queries of several blocks. */
    @TestFactory
    final Stream<DynamicTest> attentionBackward() {
        List<int[]> shapes = new ArrayList<>(List.of(SHAPES));
        shapes.add(new int[] {300, 290, 33, 20});
        shapes.add(new int[] {150, 40, 800, 3});
        return each(shapes, s -> {
            // Five products, of three or nine heads.
            skipIfLeftOut("attentionBackward " + Arrays.toString(s), 5.0 * lead(s).elements() * s[0] * s[1] * s[2]);
            attentionBackward(s, -0.3, EnumSet.of(Placement.DENSE));
            attentionBackward(s, 0.35, EnumSet.complementOf(EnumSet.of(Placement.DENSE)));
        });
    }

    /** Many heads take a different path than few. */
    private static Shape lead(int[] s) {
        return Shape.of(s[0] == 300 ? 3 : 1, 3);
    }

    private void attentionBackward(int[] s, double scale, Set<Placement> placements) {
        Shape lead = lead(s);
        Shape[] shapes = {
            lead.concat(Shape.of(s[0], s[2])), lead.concat(Shape.of(s[1], s[2])), lead.concat(Shape.of(s[1], s[3]))
        };
        Operand[] first = null;
        double[] tolerance = null;
        for (Placement p : placements) {
            Operand q = operand(p, shapes[0], 1);
            Operand k = operand(p, shapes[1], 2);
            Operand v = operand(p.after(1), shapes[2], 3);
            Operand gy = operand(p, lead.concat(Shape.of(s[0], s[3])), 4);
            if (first == null) {
                tolerance = gradientTolerances(s, Math.abs(scale), maxScore(q, k), maxScore(gy, v));
            }
            Operand[] out = Arrays.stream(shapes).map(x -> output(p, x)).toArray(Operand[]::new);
            first = onBoth(
                    first,
                    out,
                    (b, at) -> b.attentionBackward(
                            at.of(q),
                            at.of(k),
                            at.of(v),
                            scale,
                            at.of(gy),
                            at.of(out[0]),
                            at.of(out[1]),
                            at.of(out[2])));
            for (int i = 0; i < 3; i++) {
                String what = "gradient of qkv".charAt(i) + " of attention " + Arrays.toString(s) + " " + p;
                double bound = tolerance[i];
                compare(what, first[i]::exact, out[i], e -> bound);
            }
        }
    }

    /** The error of a weight is twice that of its score. */
    private long rounded() {
        return 2 * roundedTerms();
    }

    /** Tolerances for queries, keys and values. */
    private double[] gradientTolerances(int[] s, double scale, double unscaled, double ofWeight) {
        long depth = s[2] + rounded();
        long keys = s[1] + rounded();
        long width = s[3] + rounded();
        double score = scale * unscaled;
        return new double[] {
            5 * scale * Tolerance.attentionScores(depth, keys, width, score, ofWeight),
            5 * scale * s[0] * Tolerance.attentionScores(depth, keys, width + s[0], score, ofWeight),
            s[0] * Tolerance.attention(depth, keys + s[0], score, 5)
        };
    }

    /** With a gate for each query, bits are the same as those of attention with the product of gate and bias. */
    @Test
    final void gatedAttention() {
        for (int[] s :
                new int[][] {{1, 1, 1, 1}, {17, 19, 16, 15}, {30, 40, 8, 33}, {120, 127, 64, 64}, {5, 800, 9, 3}}) {
            for (Placement p : placements()) {
                Shape lead = Shape.of(2, 3);
                Operand q = operand(p, lead.concat(Shape.of(s[0], s[2])), 1);
                Operand k = operand(p, lead.concat(Shape.of(s[1], s[2])), 2);
                Operand v = operand(p, lead.concat(Shape.of(s[1], s[3])), 3);
                Operand gate = operand(p, lead.concat(Shape.of(s[0], 1)), 5);
                Shape scores = lead.concat(Shape.of(s[0], s[1]));
                // Shared by all clips, as relative positions are.
                View bias = operand(p, Shape.of(1, 3, s[0], s[1]), 4).view().expand(scores);
                Operand product = output(p, scores);
                backend().binary(Binary.MUL, gate.view().expand(scores), bias, product.view());
                Operand expected = output(p, lead.concat(Shape.of(s[0], s[3])));
                backend().attention(q.view(), k.view(), v.view(), product.view(), 0.35, expected.view());
                Operand out = output(p, lead.concat(Shape.of(s[0], s[3])));
                backend().gatedAttention(q.view(), k.view(), v.view(), bias, gate.view(), 0.35, out.view());
                String what = "gated attention " + Arrays.toString(s) + " " + p;
                same(what, expected, out);
                out.assertGuards(what);
            }
        }
    }

    /** A mask that all heads share. Every third key is hidden, but never the first. */
    private Operand masked(Shape scores) {
        Shape own = scores.with(0, 1).with(1, 1);
        float[] mask = new float[Math.toIntExact(own.elements())];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % own.dim(-1) % 3 == 2 ? Float.NEGATIVE_INFINITY : 0;
        }
        return broadcast(own, scores, mask);
    }

    /** The largest {@code Σ |q k|}. */
    private static double maxScore(Operand q, Operand k) {
        View scores = doubles(q.shape().with(-1, k.shape().size(-2)));
        REFERENCE.matmul(absolute(q.reference()), absolute(k.reference()).transpose(-1, -2), scores);
        return Arrays.stream(scores.host().doubles()).max().orElse(0);
    }

    /** A hidden key has no effect, whatever its value. A query without visible keys gives NaN. */
    @Test
    final void attentionToHiddenKeys() {
        int keys = 37;
        Operand q = operand(Placement.DENSE, Shape.of(2, 8), 1);
        Operand k = operand(Placement.DENSE, Shape.of(keys, 8), 2);
        float[] values = ValueKind.NORMAL.make(keys * 4L, 3);
        float[] mask = new float[2 * keys];
        Arrays.fill(mask, keys, 2 * keys, Float.NEGATIVE_INFINITY);
        for (int j = 1; j < keys; j += 2) {
            mask[j] = Float.NEGATIVE_INFINITY;
        }
        Operand hidden = input(Placement.DENSE, Shape.of(2, keys), mask);
        float[][] results = new float[2][];
        for (int round = 0; round < 2; round++) {
            for (int j = 1; j < keys; j += 2) {
                Arrays.fill(values, 4 * j, 4 * j + 4, round * 3e30f);
            }
            Operand out = output(Placement.DENSE, Shape.of(2, 4));
            Operand v = input(Placement.DENSE, Shape.of(keys, 4), values);
            backend().attention(q.view(), k.view(), v.view(), hidden.view(), 1, out.view());
            results[round] = out.read();
            for (int j = 4; j < 8; j++) {
                Check.close("attention to nothing", j, Double.NaN, results[round][j], 0);
            }
        }
        Check.same("attention with hidden keys", results[0], results[1]);
    }
}
