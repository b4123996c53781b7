package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.LANES;
import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;
import static org.unmute.kernels.vector.runtime.Lanes.I;
import static org.unmute.kernels.vector.runtime.Lanes.N;

import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;

/**
 * The tokens with the largest combined table sums of each prototype in parts of a clip: the best, the second and the
 * sum of the third, with which {@link GroupMatch} knows whether sums decide, two float64 products do, or all tokens
 * must be compared. Sums of a few tokens at a time are reduced while they are in L1.
 *
 * <p>Holds some 100 KB of working memory and what {@link #reserve} asks for; for one thread at a time.
 */
final class GroupSearch {
    /** Maximum blocks of prototypes in a task. */
    static final int BLOCKS = SumSearch.BLOCKS;
    /** Maximum prototypes in a task. */
    static final int PROTOTYPES = BLOCKS * LANES;
    /** Below every sum. */
    static final int NONE = Integer.MIN_VALUE / 2;
    /** Tokens whose sums are reduced together. */
    private static final int PIECE = 8;

    /** Shorts in half a vector, as many as ints in a whole one. */
    private static final VectorSpecies<Short> HALF =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, Lanes.BITS / 2)));

    private final short[] coarse = new short[ArrayPool.SHORT_BASE + BLOCKS * PIECE * LANES];
    private final short[] fine = new short[coarse.length];

    /** Largest sums and leaders, which the tile retains and nothing uses. */
    private final short[] unused = new short[2 * LANES];

    private final short[] unusedLeader = new short[2 * LANES];

    private int[] best = {};
    private int[] second = {};
    private int[] third = {};
    private int[] who = {};
    private int[] whoSecond = {};

    /** Makes room for the results of this many parts, numbered from 0. */
    void reserve(int parts) {
        int size = Math.multiplyExact(parts, PROTOTYPES);
        if (best.length < size) {
            best = new int[size];
            second = new int[size];
            third = new int[size];
            who = new int[size];
            whoSecond = new int[size];
        }
    }

    void clear(int part) {
        int from = part * PROTOTYPES;
        int to = from + PROTOTYPES;
        Arrays.fill(best, from, to, NONE);
        Arrays.fill(second, from, to, NONE);
        Arrays.fill(third, from, to, NONE);
        Arrays.fill(who, from, to, -1);
        Arrays.fill(whoSecond, from, to, -1);
    }

    /**
     * Adds tokens to a part.
     *
     * @param first the first token, at the start of a tile; an odd last one is followed by one that does not count
     * @param block the first block of prototypes
     */
    void add(int part, PrototypeBits p, LookupTables tables, int first, int count, int block, int blocks) {
        for (int from = first; from < first + count; from += PIECE) {
            int tokens = Math.min(PIECE, first + count - from);
            for (int t = 0; t < tokens; t += TOKENS) {
                int tile = tables.at((from + t) / TOKENS);
                for (int b = 0; b < blocks; b += LookupTile.BLOCKS) {
                    sum(p, p.at(block + b), tables.data(), tile, coarse, at(b, t));
                    sum(p, p.at(block + b), tables.fine(), tile, fine, at(b, t));
                }
            }
            for (int b = 0; b < blocks; b++) {
                add(part * PROTOTYPES + b * LANES, at(b, 0), tokens, from, tables.fineFactor());
            }
        }
    }

    private void sum(PrototypeBits p, int patterns, byte[] tables, int tile, short[] out, int to) {
        LookupTile.sum(
                p.pairs(), p.index(), patterns, tables, tile, out, to, to + PIECE * LANES, unused, unusedLeader, 0, 0);
    }

    private static int at(int block, int token) {
        return ArrayPool.SHORT_BASE + (block * PIECE + token) * LANES;
    }

    private void add(int to, int at, int tokens, int firstToken, int factor) {
        for (int l = 0; l < LANES; l += N) {
            add(coarse, fine, at + l, tokens, firstToken, factor, best, second, third, who, whoSecond, to + l);
        }
    }

    private static void add(
            short[] coarse,
            short[] fine,
            int at,
            int tokens,
            int firstToken,
            int factor,
            int[] best,
            int[] second,
            int[] third,
            int[] who,
            int[] whoSecond,
            int to) {
        IntVector a = IntVector.fromArray(I, best, to);
        IntVector b = IntVector.fromArray(I, second, to);
        IntVector c = IntVector.fromArray(I, third, to);
        IntVector w = IntVector.fromArray(I, who, to);
        IntVector x = IntVector.fromArray(I, whoSecond, to);
        for (int t = 0; t < tokens; t++) {
            IntVector v = ((IntVector)
                            ShortVector.fromArray(HALF, coarse, at + t * LANES).convertShape(VectorOperators.S2I, I, 0))
                    .mul(factor)
                    .add(ShortVector.fromArray(HALF, fine, at + t * LANES).convertShape(VectorOperators.S2I, I, 0));
            c = c.max(b.min(v));
            VectorMask<Integer> more = v.compare(VectorOperators.GT, b);
            b = b.max(v);
            x = x.blend(firstToken + t, more);
            more = v.compare(VectorOperators.GT, a);
            b = b.blend(a, more);
            x = x.blend(w, more);
            a = a.max(v);
            w = w.blend(firstToken + t, more);
        }
        a.intoArray(best, to);
        b.intoArray(second, to);
        c.intoArray(third, to);
        w.intoArray(who, to);
        x.intoArray(whoSecond, to);
    }

    /** Adds the tokens of a part to another one, which has no token in common with it. */
    void merge(int part, int into, int blocks) {
        for (int l = 0; l < blocks * LANES; l += N) {
            int from = part * PROTOTYPES + l;
            int to = into * PROTOTYPES + l;
            insert(best, who, from, to);
            insert(second, whoSecond, from, to);
            // Two tokens of its part are ahead of a third, so it does not matter which one it is.
            IntVector.fromArray(I, third, to)
                    .max(IntVector.fromArray(I, third, from))
                    .intoArray(third, to);
        }
    }

    private void insert(int[] value, int[] token, int from, int to) {
        IntVector v = IntVector.fromArray(I, value, from);
        IntVector n = IntVector.fromArray(I, token, from);
        IntVector a = IntVector.fromArray(I, best, to);
        IntVector b = IntVector.fromArray(I, second, to);
        IntVector c = IntVector.fromArray(I, third, to);
        IntVector w = IntVector.fromArray(I, who, to);
        IntVector x = IntVector.fromArray(I, whoSecond, to);
        c.max(b.min(v)).intoArray(third, to);
        VectorMask<Integer> more = v.compare(VectorOperators.GT, b);
        b = b.max(v);
        x = x.blend(n, more);
        more = v.compare(VectorOperators.GT, a);
        b.blend(a, more).intoArray(second, to);
        x.blend(w, more).intoArray(whoSecond, to);
        a.max(v).intoArray(best, to);
        w.blend(n, more).intoArray(who, to);
    }

    /** The lanes of the prototypes from {@code i} on, a vector of them, whose best sums do not tell the winner. */
    long undecided(int part, int i, int margin) {
        int at = part * PROTOTYPES + i;
        return IntVector.fromArray(I, best, at)
                .sub(margin)
                .compare(VectorOperators.LE, IntVector.fromArray(I, second, at))
                .toLong();
    }

    /** Whether the third sum is too close to the best one to rule its token out. */
    boolean isThirdPossible(int part, int i, int margin) {
        int at = part * PROTOTYPES + i;
        return third[at] >= best[at] - margin;
    }

    /** The token with the best sum. */
    int best(int part, int i) {
        return who[part * PROTOTYPES + i];
    }

    /** The token with the second sum. */
    int second(int part, int i) {
        return whoSecond[part * PROTOTYPES + i];
    }
}
