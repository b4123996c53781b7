package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.TokenGroups;

/**
 * Operations that run clip by clip, so that the windows, products or unit vectors of a whole batch are never in memory:
 * convolution, product extremes, and sums of unit vectors; and prototype max pooling of what is not a clip: groups of
 * tokens and rows.
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
            for (Placement p : placements()) {
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
            for (Placement p : placements()) {
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
            for (Placement p : placements()) {
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

    /** Groups of a clip: all tokens, some, one, those of none of them, the same again; the last clip has no group. */
    private static TokenGroups groups(int clips, int tokens, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> all = new ArrayList<>();
        List<Integer> clip = new ArrayList<>();
        for (int c = 0; c < clips - 1; c++) {
            boolean[] used = new boolean[tokens];
            for (int g = 0; g < 6; g++) {
                int from = random.nextInt(tokens);
                int[] some = IntStream.rangeClosed(from, from + random.nextInt(tokens - from))
                        .filter(i -> random.nextInt(4) > 0)
                        .toArray();
                if (some.length > 0) {
                    Arrays.stream(some).forEach(i -> used[i] = true);
                    all.add(some);
                }
            }
            all.add(IntStream.range(0, tokens).filter(i -> !used[i]).toArray());
            all.add(IntStream.range(0, tokens).toArray());
            all.add(new int[] {tokens - 1});
            all.add(all.getLast());
            all.removeIf(g -> g.length == 0);
            while (clip.size() < all.size()) {
                clip.add(c);
            }
        }
        return TokenGroups.of(clip.stream().mapToInt(c -> c).toArray(), all.toArray(int[][]::new));
    }

    /** Compares values, winners and gradients of overlapping groups in all placements. */
    @TestFactory
    final Stream<DynamicTest> prototypeGroupMaxPool() {
        int[][] shapes = {{2, 3, 5, 7}, {3, 17, 33, 16}, {2, 63, 257, 31}, {4, 40, 70, 64}, {3, 70, 130, 100}};
        return each(shapes, s -> {
            // Groups overlap, and are matched once more as clips.
            skipIfLeftOut("prototypeGroupMaxPool " + Arrays.toString(s), 40.0 * s[0] * s[1] * s[2] * s[3]);
            TokenGroups groups = groups(s[0], s[1], s[2]);
            for (boolean binary : BOTH) {
                PrototypeContract.Expected expected = null;
                for (Placement p : placements()) {
                    expected = groupsOf(binary, groups, s, p, expected);
                }
            }
        });
    }

    /** As {@link PrototypeContract}'s comparison of clips. */
    private PrototypeContract.Expected groupsOf(
            boolean binary, TokenGroups groups, int[] s, Placement p, PrototypeContract.Expected known) {
        String what = "prototypeGroupMaxPool" + (binary ? " of signs" : "");
        Operand tokens = operand(p, Shape.of(s[0], s[1], s[3]), 1);
        Operand prototypes = operand(p, Shape.of(s[2], s[3]), 2);
        Operand values = output(p, Shape.of(groups.count(), s[2]));
        Operand winners = intOutput(Placement.STRIDED, values.shape());
        Operand exact = onBoth(
                PrototypeContract.Expected.values(known),
                values,
                (b, at) -> b.prototypeGroupMaxPool(
                        at.of(tokens), at.of(prototypes), binary, groups, at.of(values), at.of(winners)));
        compare(what, exact::exact, values, i -> Tolerance.cosine(s[3] + roundedTerms()));
        winners.assertGuards(what);
        int[] chosen = winners.readInts();
        Operand won = winners.written();
        Operand gy = operand(p, values.shape(), 6);
        Operand gt = output(p, tokens.shape());
        Operand gp = output(p, prototypes.shape());
        Operand[] both = onBoth(
                PrototypeContract.Expected.gradients(known, chosen),
                new Operand[] {gt, gp},
                (b, at) -> b.prototypeGroupMaxPoolBackward(
                        at.of(tokens), at.of(prototypes), binary, groups, at.of(won), at.of(gy), at.of(gt), at.of(gp)));
        double g = maxAbs(gy) * 2 * groups.count();
        double norm = binary ? Math.sqrt(s[3]) : minNorm(prototypes, s[3]);
        double terms = s[3] + (double) s[2] * groups.count();
        double ofTokens = Tolerance.normalized((long) terms, g * s[2] / minNorm(tokens, s[3]));
        double ofPrototypes = Tolerance.normalized(s[3] + groups.count(), g / norm);
        compare(what + ": gradient of tokens", both[0]::exact, gt, i -> ofTokens);
        Operand alone = output(p, prototypes.shape());
        View w = winners.view();
        backend()
                .prototypeGroupMaxPoolBackward(
                        tokens.view(), prototypes.view(), binary, groups, w, gy.view(), null, alone.view());
        compare(what + ": gradient of prototypes", both[1]::exact, gp, i -> ofPrototypes);
        float[] together = gp.read();
        float[] separate = alone.read();
        for (int i = 0; i < separate.length; i++) {
            Check.close(what + ": gradient of prototypes alone", i, together[i], separate[i], 2 * ofPrototypes);
        }
        matchClips(what, binary, groups, tokens, prototypes, values.read(), chosen);
        return new PrototypeContract.Expected(exact, chosen, both[0], both[1]);
    }

    /** Groups have the bits that they have as clips. */
    private void matchClips(
            String what,
            boolean binary,
            TokenGroups groups,
            Operand tokens,
            Operand prototypes,
            float[] values,
            int[] winners) {
        int count = prototypes.shape().dim(0);
        int dim = prototypes.shape().dim(1);
        float[] all = tokens.read();
        for (int g = 0; g < groups.count(); g++) {
            int[] own = groups.tokens(g);
            float[] clip = new float[own.length * dim];
            for (int i = 0; i < own.length; i++) {
                int from = (groups.clip(g) * tokens.shape().dim(1) + own[i]) * dim;
                System.arraycopy(all, from, clip, i * dim, dim);
            }
            Operand value = output(Placement.DENSE, Shape.of(1, count));
            Operand winner = intOutput(Placement.DENSE, Shape.of(1, count));
            View x = input(Placement.DENSE, Shape.of(1, own.length, dim), clip).view();
            PrototypeContract.pool(backend(), binary, x, prototypes.view(), value.view(), winner.view());
            assertArrayEquals(value.read(), Arrays.copyOfRange(values, g * count, (g + 1) * count), what + g);
            assertArrayEquals(winner.readInts(), Arrays.copyOfRange(winners, g * count, (g + 1) * count), what + g);
        }
    }

    /**
     * The rows of a map, matched together, have the bits of each row as a clip: ordinary tokens, near ties, silence,
     * tokens that are not finite and those whose squares are beyond float32.
     */
    @TestFactory
    final Stream<DynamicTest> binaryPrototypeMaxPoolOfRowsIsThatOfEachRow() {
        int[][] shapes = {{70, 8, 70, 64}, {9, 20, 40, 100}, {140, 4, 129, 33}, {33, 12, 64, 768}};
        return each(shapes, s -> {
            skipIfLeftOut("binaryPrototypeMaxPool of rows " + Arrays.toString(s), 10.0 * s[0] * s[1] * s[2] * s[3]);
            float[] near = PrototypeContract.nearlyEqual(s);
            float[] plain = ValueKind.NORMAL.make(near.length, 21);
            float[] silent = new float[near.length];
            float[] mixed = plain.clone();
            int row = s[1] * s[3];
            System.arraycopy(near, 0, mixed, 0, 2 * row);
            Arrays.fill(mixed, 2 * row, 3 * row, 0f);
            System.arraycopy(mixed, 4 * row, mixed, 4 * row + s[3], s[3]);
            for (int i = 5 * row; i < 6 * row; i++) {
                mixed[i] *= 1e-20f;
                mixed[i + row] *= 1e25f;
            }
            float[] broken = mixed.clone();
            broken[3 * row + 5] = Float.NaN;
            broken[7 * row + s[3]] = Float.NEGATIVE_INFINITY;
            for (float[] x : List.of(plain, near, silent, mixed, broken)) {
                rowsAsClips(s, x);
            }
        });
    }

    private void rowsAsClips(int[] s, float[] x) {
        Shape shape = Shape.of(s[0], s[2]);
        Operand tokens = input(Placement.DENSE, Shape.of(s[0], s[1], s[3]), x);
        Operand prototypes = operand(Placement.DENSE, Shape.of(s[2], s[3]), 12);
        Operand values = output(Placement.STRIDED, shape);
        Operand winners = intOutput(Placement.STRIDED, shape);
        PrototypeContract.pool(backend(), true, tokens.view(), prototypes.view(), values.view(), winners.view());
        float[] allValues = values.read();
        int[] allWinners = winners.readInts();
        for (int i = 0; i < s[0]; i++) {
            if (!matchesRowsOfAnyNorm() && !hasOrdinaryNorms(x, i * s[1] * s[3], s[1] * s[3])) {
                continue;
            }
            Operand value = output(Placement.DENSE, Shape.of(1, s[2]));
            Operand winner = intOutput(Placement.DENSE, Shape.of(1, s[2]));
            View row = tokens.view().slice(0, i, 1, 1);
            PrototypeContract.pool(backend(), true, row, prototypes.view(), value.view(), winner.view());
            int at = i * s[2];
            assertArrayEquals(value.read(), Arrays.copyOfRange(allValues, at, at + s[2]), "row " + i);
            assertArrayEquals(winner.readInts(), Arrays.copyOfRange(allWinners, at, at + s[2]), "row " + i);
        }
    }

    /**
     * Whether rows have the bits of clips also where squares of numbers are subnormal or beyond float32. A backend with
     * kernels of its own for rows and for clips may treat such norms differently.
     */
    protected boolean matchesRowsOfAnyNorm() {
        return true;
    }

    /** Whether the squares of all numbers but 0 are normal float32 numbers. */
    private static boolean hasOrdinaryNorms(float[] x, int from, int count) {
        for (int i = from; i < from + count; i++) {
            float square = x[i] * x[i];
            if (x[i] != 0 && (square < Float.MIN_NORMAL || square == Float.POSITIVE_INFINITY)) {
                return false;
            }
        }
        return true;
    }
}
