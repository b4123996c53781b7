package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.GROUP;
import static org.unmute.kernels.vector.prototype.LookupTile.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;

/**
 * The signs of prototypes in a bit an entry, twice. Once row by row, for products with single tokens. Once as {@link
 * LookupTile} reads them: blocks of {@link LookupTile#LANES} prototypes, {@link LookupTile#BLOCKS} at a time, for each
 * group of {@link LookupTile#GROUP} dims a byte a prototype, whose bits are set where the prototype is negative; if its
 * highest bit is, the others are inverted, so that opposite patterns have entries of which one is the other's negative;
 * the two highest bits then become the lowest, as entries lie in {@link LookupTables}. Groups come in pairs; of one
 * that is missing all patterns are 0.
 */
final class PrototypeBits {
    private static final int WORD = 64;
    /** {@link LookupTile#GROUP} bits in each byte. */
    private static final long ONES = 0x0101010101010101L;

    private static final long SPREAD = ONES * (LANES - 1);

    private final int dim;
    private final int pairs;
    private final byte[] index;
    /**
     * Words of a row of {@link #signs}; at least one is left over, so that a group that ends a row may look beyond it.
     */
    private final int words;

    private final long[] signs;
    private final boolean[] spoilt;

    private PrototypeBits(int rows, int dim) {
        this.dim = dim;
        this.pairs = pairs(dim);
        this.index = new byte[Math.addExact(ArrayPool.BYTE_BASE, Math.multiplyExact(blocks(rows), pairs * 2 * LANES))];
        this.words = dim / WORD + 3;
        this.signs = new long[Math.multiplyExact(rows, words)];
        this.spoilt = new boolean[rows];
    }

    /** Blocks of so many prototypes. */
    private static int blocks(int rows) {
        return Lanes.roundUp(Math.ceilDiv(rows, LANES), LookupTile.BLOCKS);
    }

    /** Number of blocks. */
    int blocks() {
        return blocks(spoilt.length);
    }

    /** Pairs of groups that make {@code dim} dims. */
    static int pairs(int dim) {
        return Math.ceilDiv(dim, 2 * GROUP);
    }

    static PrototypeBits of(WorkerPool pool, DenseRows p) {
        PrototypeBits bits = new PrototypeBits(p.rows(), p.length());
        pool.run(Math.ceilDiv(p.rows(), LANES), block -> {
            for (int j = block * LANES; j < Math.min(p.rows(), (block + 1) * LANES); j++) {
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
        spoilt[j] = !rest || !finite.allTrue();
        patterns(row, at(j / LANES) + LookupTile.lane(j % LANES));
    }

    /** Eight groups at a time: their bits are dealt out to the bytes of a word. */
    private void patterns(int row, int at) {
        int bits = Byte.SIZE * GROUP;
        for (int g = 0, d = 0; g < 2 * pairs; g += Byte.SIZE, d += bits) {
            int shift = d % WORD;
            long word = signs[row + d / WORD] >>> shift;
            if (shift > WORD - bits) {
                word |= signs[row + d / WORD + 1] << WORD - shift;
            }
            long dealt = Long.expand(word, SPREAD);
            dealt ^= (dealt >>> GROUP - 1 & ONES) * (LANES / 2 - 1);
            dealt = dealt << 2 & SPREAD | dealt >>> GROUP - 2 & 3 * ONES;
            for (int k = 0; k < Math.min(Byte.SIZE, 2 * pairs - g); k++) {
                index[at + (g + k) * LANES] = (byte) (dealt >>> k * Byte.SIZE);
            }
        }
    }

    /** Bit d is set where entry d is below 0; a prototype's words from {@link #signs(int)} on. */
    long[] signs() {
        return signs;
    }

    int signs(int prototype) {
        return prototype * words;
    }

    /** Whether a prototype has an entry that is not finite. */
    boolean spoilt(int prototype) {
        return spoilt[prototype];
    }

    /** Number of prototypes. */
    int count() {
        return spoilt.length;
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

    /** Where a block's patterns start. */
    int at(int block) {
        return ArrayPool.BYTE_BASE + block * pairs * 2 * LANES;
    }
}
