package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.GROUP;
import static org.unmute.kernels.vector.prototype.LookupTile.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;

/**
 * The signs of prototypes, one bit per entry, in two layouts: row by row for products with single tokens, and as
 * patterns for {@link LookupTile}. Patterns come in blocks of {@link LookupTile#LANES} prototypes; the number of blocks
 * is a multiple of {@link LookupTile#BLOCKS}. For each group of {@link LookupTile#GROUP} dims a prototype has a byte
 * whose bits are set where it is negative. If the highest bit is set the others are inverted, so that opposite patterns
 * select entries that mirror each other at the center; then the two highest bits rotate to the lowest places, the order
 * of entries in {@link LookupTables}. Groups come in pairs; a missing group has pattern 0.
 */
final class PrototypeBits {
    private static final int WORD = 64;
    /** One set bit in each byte. */
    private static final long ONES = 0x0101010101010101L;

    private static final long SPREAD = ONES * (LANES - 1);

    private final int dim;
    private final int pairs;
    private final byte[] index;
    /**
     * Words in a row of {@link #signs}. At least one is unused, because the last group of a row may read beyond its
     * end.
     */
    private final int words;

    private final long[] signs;
    private final boolean[] nonFinite;

    private PrototypeBits(int rows, int dim) {
        this.dim = dim;
        this.pairs = pairs(dim);
        this.index = new byte[Math.addExact(ArrayPool.BYTE_BASE, Math.multiplyExact(blocks(rows), pairs * 2 * LANES))];
        this.words = dim / WORD + 3;
        this.signs = new long[Math.multiplyExact(rows, words)];
        this.nonFinite = new boolean[rows];
    }

    /** Number of blocks for this many prototypes. */
    private static int blocks(int rows) {
        return Lanes.roundUp(Math.ceilDiv(rows, LANES), LookupTile.BLOCKS);
    }

    /** Number of blocks. */
    int blocks() {
        return blocks(nonFinite.length);
    }

    /** Pairs of groups in {@code dim} dims. */
    static int pairs(int dim) {
        return Math.ceilDiv(dim, 2 * GROUP);
    }

    static PrototypeBits of(WorkerPool pool, DenseRows p) {
        PrototypeBits bits = new PrototypeBits(p.rows(), p.length());
        pool.forEachRange(p.rows(), LANES, (from, to) -> {
            for (int j = from; j < to; j++) {
                bits.put(p, j);
            }
        });
        return bits;
    }

    private void put(DenseRows p, int j) {
        float[] x = p.data();
        int from = p.start()[j];
        int row = signs(j);
        VectorMask<Float> finite = Lanes.first(Lanes.N);
        int i = 0;
        for (; i <= dim - WORD; i += WORD) {
            long word = 0;
            for (int k = 0; k < WORD; k += Lanes.N) {
                FloatVector v = Lanes.load(x, from + i + k);
                finite = finite.and(v.sub(v).eq(0f));
                word |= v.lt(0f).toLong() << k;
            }
            signs[row + i / WORD] = word;
        }
        long word = 0;
        boolean rest = true;
        for (int k = 0; i + k < dim; k++) {
            rest &= Float.isFinite(x[from + i + k]);
            word |= x[from + i + k] < 0 ? 1L << k : 0;
        }
        signs[row + i / WORD] = word;
        nonFinite[j] = !rest || !finite.allTrue();
        patterns(row, at(j / LANES) + LookupTile.lane(j % LANES));
    }

    /** Takes eight groups at a time: a bit expansion spreads them over the bytes of a word. */
    private void patterns(int row, int at) {
        int bits = Byte.SIZE * GROUP;
        for (int g = 0, d = 0; g < 2 * pairs; g += Byte.SIZE, d += bits) {
            int shift = d % WORD;
            long word = signs[row + d / WORD] >>> shift;
            if (shift > WORD - bits) {
                word |= signs[row + d / WORD + 1] << WORD - shift;
            }
            long spread = Long.expand(word, SPREAD);
            spread ^= (spread >>> GROUP - 1 & ONES) * (LANES / 2 - 1);
            spread = spread << 2 & SPREAD | spread >>> GROUP - 2 & 3 * ONES;
            for (int k = 0; k < Math.min(Byte.SIZE, 2 * pairs - g); k++) {
                index[at + (g + k) * LANES] = (byte) (spread >>> k * Byte.SIZE);
            }
        }
    }

    /** Signs: bit d is set where entry d is negative. The words of a prototype start at {@link #signs(int)}. */
    long[] signs() {
        return signs;
    }

    int signs(int prototype) {
        return prototype * words;
    }

    /** Whether a prototype has an entry that is not finite. */
    boolean nonFinite(int prototype) {
        return nonFinite[prototype];
    }

    /** Number of prototypes. */
    int count() {
        return nonFinite.length;
    }

    int dim() {
        return dim;
    }

    int pairs() {
        return pairs;
    }

    byte[] index() {
        return index;
    }

    /** Where the patterns of a block start. */
    int at(int block) {
        return ArrayPool.BYTE_BASE + block * pairs * 2 * LANES;
    }
}
