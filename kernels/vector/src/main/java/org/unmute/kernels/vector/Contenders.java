package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.LookupTile.LANES;
import static org.unmute.kernels.vector.LookupTile.S;
import static org.unmute.kernels.vector.LookupTile.TOKENS;

import java.util.Arrays;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Finds the winning tokens of some blocks of prototypes in three sieves. {@link LookupTile} sums: the token of the greatest gives a
 * product, which bounds the sums of tokens that can win (four of 512 random tokens pass). Products of these in float32 bound each
 * other (seldom more than one passes). Products in float64 decide, and are what the prototype's cosine is made of.
 *
 * <p>Each sieve goes token by token and looks at all prototypes of the blocks, so that a token's row is read once for all. Products are
 * taken four at a time. The leaders, the tokens of the greatest sums, are the first contenders; the others follow.
 *
 * <p>If all tokens passed the first two sieves, that would take some ten times as long as the tiles of a float32 product; it needs
 * tokens of which many differ from each other by no more than a rounding, and others that lie far away.
 *
 * <p>Working memory, 1.2 MB: for use by one thread at a time, again and again.
 */
final class Contenders {
    /** Most blocks at a time: their sums for {@link LookupTables#MOST_TOKENS} tokens are 1 MiB. */
    static final int BLOCKS = 16;
    private static final int MOST = BLOCKS * LANES;
    private static final int HALF = LANES / 2;
    /** Products at a time. */
    private static final int TOGETHER = 4;

    private final PrototypeBits p;
    private short[] sums;
    private final short[] greatest = new short[MOST];
    private final short[] least = new short[MOST];
    private final long[] missing = new long[2 * BLOCKS];
    private final float[] top = new float[MOST];
    private CenteredTokens x;
    /** The first prototype and how many there are. */
    private int from;
    private int prototypes;
    /** Contenders: prototype (counted from the first), token, where the signs of one and the row of the other start, and product. */
    private int[] prototype = new int[4 * MOST];
    private int[] token = new int[4 * MOST];
    private int[] signs = new int[4 * MOST];
    private int[] row = new int[4 * MOST];
    private float[] product = new float[4 * MOST];
    private int count;
    /** Number among the contenders of each prototype's leader. */
    private final int[] leader = new int[MOST];

    Contenders(PrototypeBits p) {
        this.p = p;
    }

    private void begin(CenteredTokens tokens, int first, int end) {
        x = tokens;
        from = first;
        prototypes = end - first;
        count = 0;
        Arrays.fill(top, Float.NEGATIVE_INFINITY);
    }

    /**
     * Matches some blocks of prototypes.
     *
     * @param best greatest product of each prototype so far, replaced by a greater one. Modified.
     * @param winner the token that has it. Modified.
     */
    void match(CenteredTokens tokens, LookupTables tables, int block, int blocks, double[] best, int[] winner) {
        begin(tokens, block * LANES, Math.min(p.count(), (block + blocks) * LANES));
        if (sums == null) {
            sums = new short[MOST * LookupTables.MOST_TOKENS];
        }
        int tiles = Math.ceilDiv(x.count(), TOKENS);
        Arrays.fill(greatest, (short) 0);
        for (int tile = 0; tile < tiles; tile++) {
            int t = tile * TOKENS;
            for (int b = 0; b < blocks; b += LookupTile.BLOCKS) {
                LookupTile.sum(p.pairs(), p.index(), p.at(block + b), tables.data(), tables.at(tile), sums, at(b, t), at(b + 1, t), greatest,
                        b * LANES);
            }
        }
        findLeaders(2 * blocks);
        multiply(0);
        for (int e = 0; e < count; e++) {
            least[prototype[e]] = tables.least(product[e]);
        }
        int leaders = count;
        collect(2 * blocks);
        multiply(leaders);
        decide(best, winner);
    }

    /** The same without tables, for prototypes {@code [first, end)}, at most {@link LookupTile#LANES}: all tokens pass the first sieve. */
    void matchAll(CenteredTokens tokens, int first, int end, double[] best, int[] winner) {
        begin(tokens, first, end);
        for (int t = 0; t < x.count(); t++) {
            for (int i = 0; i < prototypes; i++) {
                append(i, t);
            }
        }
        multiply(0);
        decide(best, winner);
    }

    private static int at(int block, int t) {
        return (block * LookupTables.MOST_TOKENS + t) * LANES;
    }

    private ShortVector sums(int half, int t) {
        return ShortVector.fromArray(S, sums, at(half / 2, t) + half % 2 * HALF);
    }

    /** Those of a half's lanes that are prototypes. */
    private long lanes(int half) {
        int n = Math.clamp(prototypes - half * HALF, 0, HALF);
        return n == 0 ? 0 : -1L >>> Long.SIZE - n;
    }

    /** Of each prototype the first token with the greatest sum. */
    private void findLeaders(int halves) {
        for (int h = 0; h < halves; h++) {
            missing[h] = lanes(h);
        }
        for (int t = 0; t < x.count(); t++) {
            for (int h = 0; h < halves; h++) {
                long hits = sums(h, t).eq(ShortVector.fromArray(S, greatest, h * HALF)).toLong() & missing[h];
                missing[h] &= ~hits;
                for (; hits != 0; hits &= hits - 1) {
                    int i = h * HALF + Long.numberOfTrailingZeros(hits);
                    leader[i] = count;
                    append(i, t);
                }
            }
        }
    }

    private void collect(int halves) {
        for (int t = 0; t < x.count(); t++) {
            for (int h = 0; h < halves; h++) {
                long hits = sums(h, t).compare(VectorOperators.GE, ShortVector.fromArray(S, least, h * HALF)).toLong();
                for (hits &= lanes(h); hits != 0; hits &= hits - 1) {
                    int i = h * HALF + Long.numberOfTrailingZeros(hits);
                    if (token[leader[i]] != t) {
                        append(i, t);
                    }
                }
            }
        }
    }

    private void append(int i, int t) {
        if (count + TOGETHER > token.length) {
            prototype = Arrays.copyOf(prototype, 2 * count);
            token = Arrays.copyOf(token, 2 * count);
            signs = Arrays.copyOf(signs, 2 * count);
            row = Arrays.copyOf(row, 2 * count);
            product = Arrays.copyOf(product, 2 * count);
        }
        prototype[count] = i;
        token[count] = t;
        signs[count] = p.signs(from + i);
        row[count++] = x.at(t);
    }

    /** The products of contenders from this one on. */
    private void multiply(int first) {
        // What is left of the last four repeats the last one, beyond the count.
        for (int e = count; e > first && (e - first) % TOGETHER != 0; e++) {
            signs[e] = signs[count - 1];
            row[e] = row[count - 1];
        }
        for (int e = first; e < count; e += TOGETHER) {
            x.products(row, p.signs(), signs, e, product);
        }
        for (int e = first; e < count; e++) {
            top[prototype[e]] = Math.max(top[prototype[e]], product[e]);
        }
    }

    /** Of equal products the first token wins; leaders come before tokens that are before them. */
    private void decide(double[] best, int[] winner) {
        double reach = 2 * x.productError() + 2 * x.error();
        for (int e = 0; e < count; e++) {
            if (product[e] >= top[prototype[e]] - reach) {
                int j = from + prototype[e];
                double exact = x.exact(token[e], p.signs(), p.signs(j));
                int original = x.original(token[e]);
                if (exact > best[j] || exact == best[j] && original < winner[j]) {
                    best[j] = exact;
                    winner[j] = original;
                }
            }
        }
    }
}
