package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.LANES;
import static org.unmute.kernels.vector.prototype.LookupTile.S;
import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;

import java.util.Arrays;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.ArrayPool;

/** Stage 1: the table sums of a task, and the tokens whose sums are large enough to win. */
final class SumSearch {
    /** Maximum blocks in a task: their sums for {@link LookupTables#MAX_TOKENS} tokens take 1 MiB. */
    static final int BLOCKS = 16;
    /** Maximum prototypes in a task. */
    static final int PROTOTYPES = BLOCKS * LANES;

    private static final int HALF = LANES / 2;

    private short[] sums = {};
    /** Tokens per block in {@link #sums}, in whole tiles. */
    private int rows;

    private final short[] max = new short[PROTOTYPES];
    /** The first token with the largest sum, for each prototype. */
    private final short[] leader = new short[PROTOTYPES];
    /** The smallest sum that can win. */
    private final short[] bound = new short[PROTOTYPES];

    private final Hits hits = new Hits();

    /** Adds up the table entries of the task's tokens for {@code blocks} blocks of prototypes from {@code block} on. */
    void sum(MatchTask task, int block, int blocks) {
        PrototypeBits p = task.pass().p();
        LookupTables tables = task.pass().tables();
        int tile = task.firstToken() / TOKENS;
        rows = Math.ceilDiv(task.tokens(), TOKENS) * TOKENS;
        if (sums.length < ArrayPool.SHORT_BASE + BLOCKS * rows * LANES) {
            sums = new short[ArrayPool.SHORT_BASE + BLOCKS * rows * LANES];
        }
        Arrays.fill(max, (short) 0);
        Arrays.fill(leader, (short) 0);
        for (int t = 0; t < rows; t += TOKENS) {
            for (int b = 0; b < blocks; b += LookupTile.BLOCKS) {
                LookupTile.sum(
                        p.pairs(),
                        p.index(),
                        p.at(block + b),
                        tables.data(),
                        tables.at(tile + t / TOKENS),
                        sums,
                        at(b, t),
                        at(b + 1, t),
                        max,
                        leader,
                        b * LANES,
                        t);
            }
        }
    }

    /**
     * The leaders that can win, given the products found before. Their sums are removed.
     *
     * @param top the largest known product of each prototype
     */
    Hits leaders(MatchTask task, float[] top) {
        hits.clear();
        updateBounds(task, top);
        for (int i = 0; i < task.prototypes(); i++) {
            if (max[i] >= bound[i]) {
                hits.add(leader[i], i);
                sums[at(i / LANES, leader[i]) + i % LANES] = -1;
            }
        }
        return hits;
    }

    /** All other tokens that can win. */
    Hits others(MatchTask task, float[] top, int blocks) {
        hits.clear();
        updateBounds(task, top);
        for (int b = 0; b < blocks; b++) {
            search(task.tokens(), b, lanes(task.prototypes(), b));
        }
        return hits;
    }

    private void updateBounds(MatchTask task, float[] top) {
        for (int i = 0; i < task.prototypes(); i++) {
            bound[i] = task.minSum(top[i]);
        }
    }

    private void search(int tokens, int block, long prototypes) {
        ShortVector a = ShortVector.fromArray(S, bound, block * LANES);
        ShortVector b = ShortVector.fromArray(S, bound, block * LANES + HALF);
        for (int t = 0, at = at(block, 0); t < tokens; t++, at += LANES) {
            VectorMask<Short> lower = ShortVector.fromArray(S, sums, at).compare(VectorOperators.GE, a);
            VectorMask<Short> upper = ShortVector.fromArray(S, sums, at + HALF).compare(VectorOperators.GE, b);
            long lanes = (lower.toLong() | upper.toLong() << HALF) & prototypes;
            if (lanes != 0) {
                hits.add(t, block * LANES, lanes);
            }
        }
    }

    /** The lanes of a block that hold prototypes. */
    private static long lanes(int prototypes, int block) {
        int n = Math.clamp(prototypes - block * LANES, 0, LANES);
        return n == 0 ? 0 : -1L >>> Long.SIZE - n;
    }

    private int at(int block, int t) {
        return ArrayPool.SHORT_BASE + (block * rows + t) * LANES;
    }

    /** Frees the extra memory of an unusual task. */
    void trim() {
        hits.trim();
    }
}
