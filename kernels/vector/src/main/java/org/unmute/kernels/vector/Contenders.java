package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.LookupTile.LANES;
import static org.unmute.kernels.vector.LookupTile.S;

import java.util.Arrays;
import java.util.BitSet;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Finds, from the {@link LookupTile} sums of some blocks of prototypes, the tokens that can win, and lets {@link OrderedSums}
 * decide among them. Three sieves: the product with the token of the greatest sum bounds the sums that can win (three or four of
 * 512 random tokens); the products with those bound each other and leave one, seldom two; these are summed in order.
 *
 * <p>Each sieve goes token by token and looks at all prototypes of the blocks, so that a token's row is read once.
 */
final class Contenders {
    /** If more than one in so many pairs of token and prototype pass the first sieve, the tiles are faster. */
    private static final int SHARE = 6;
    private static final int HALF = LANES / 2;
    private static final long ALL = HALF == Long.SIZE ? -1 : (1L << HALF) - 1;

    private final NormalRows x;
    private final LookupTables tables;
    private final PrototypeBits p;
    private final int from;
    private final int halves;
    private final short[] sums;
    private final int sumsOfBlock;
    private final int[] leader;
    private final float[] leaderProduct;
    private final short[] least;
    private final float[] top;
    /** Contenders in the order of tokens: prototype (counted from the first block's), token and product. */
    private int[] prototype;
    private int[] token;
    private float[] product;
    private int count;
    private final int most;
    private final int[] countOfBlock;
    private final BitSet given = new BitSet();

    /**
     * @param from the first block
     * @param blocks number of blocks
     * @param sums for each block, for each token, {@link LookupTile#LANES} sums
     * @param sumsOfBlock distance from block to block
     */
    Contenders(NormalRows x, LookupTables tables, PrototypeBits p, int from, int blocks, short[] sums, int sumsOfBlock) {
        this.x = x;
        this.tables = tables;
        this.p = p;
        this.from = from;
        this.halves = 2 * blocks;
        this.sums = sums;
        this.sumsOfBlock = sumsOfBlock;
        leader = new int[blocks * LANES];
        leaderProduct = new float[blocks * LANES];
        least = new short[blocks * LANES];
        top = new float[blocks * LANES];
        prototype = new int[8 * blocks * LANES];
        token = new int[prototype.length];
        product = new float[prototype.length];
        most = Math.max(2 * LANES, x.count() * LANES / SHARE);
        countOfBlock = new int[blocks];
    }

    /** Settles the blocks but for those it gives back: they are left as they are, since too many tokens could win. */
    BitSet settle(OrderedSums ordered) {
        findLeaders();
        for (int i = 0; i < least.length; i++) {
            int j = from * LANES + i;
            int bound = j < p.count() ? tables.least(leaderProduct[i], tables.middleProduct(p.signs(), p.signs(j))) : Short.MAX_VALUE;
            least[i] = (short) Math.clamp(bound, 0, Short.MAX_VALUE);
        }
        collect();
        Arrays.fill(top, Float.NEGATIVE_INFINITY);
        for (int e = 0; e < count; e++) {
            top[prototype[e]] = Math.max(top[prototype[e]], product[e]);
        }
        for (int e = 0; e < count; e++) {
            if (product[e] >= tables.leastProduct(top[prototype[e]]) && !given.get(prototype[e] / LANES)) {
                ordered.add(from * LANES + prototype[e], token[e]);
            }
        }
        return given;
    }

    private ShortVector sums(int half, int t) {
        return ShortVector.fromArray(S, sums, half / 2 * sumsOfBlock + t * LANES + half % 2 * HALF);
    }

    /** Of each prototype the first token with the greatest sum, and its product. */
    private void findLeaders() {
        short[] greatest = new short[halves * HALF];
        long[] missing = new long[halves];
        for (int h = 0; h < halves; h++) {
            ShortVector max = ShortVector.zero(S);
            for (int t = 0; t < tables.tokens(); t++) {
                max = max.max(sums(h, t));
            }
            max.intoArray(greatest, h * HALF);
            missing[h] = ALL;
        }
        for (int t = 0; t < tables.tokens(); t++) {
            for (int h = 0; h < halves; h++) {
                long hits = sums(h, t).eq(ShortVector.fromArray(S, greatest, h * HALF)).toLong() & missing[h];
                missing[h] &= ~hits;
                for (; hits != 0; hits &= hits - 1) {
                    int i = h * HALF + Long.numberOfTrailingZeros(hits);
                    leader[i] = t;
                    leaderProduct[i] = product(i, t);
                }
            }
        }
    }

    private float product(int i, int t) {
        int j = from * LANES + i;
        return j < p.count() ? x.product(t, p.signs(), p.signs(j)) : 0;
    }

    private void collect() {
        for (int t = 0; t < tables.tokens(); t++) {
            for (int h = 0; h < halves; h++) {
                long hits = sums(h, t).compare(VectorOperators.GE, ShortVector.fromArray(S, least, h * HALF)).toLong();
                if (hits == 0 || given.get(h / 2)) {
                    continue;
                }
                countOfBlock[h / 2] += Long.bitCount(hits);
                if (countOfBlock[h / 2] > most) {
                    given.set(h / 2);
                    continue;
                }
                for (; hits != 0; hits &= hits - 1) {
                    append(h * HALF + Long.numberOfTrailingZeros(hits), t);
                }
            }
        }
    }

    private void append(int i, int t) {
        if (count == token.length) {
            prototype = Arrays.copyOf(prototype, 2 * count);
            token = Arrays.copyOf(token, 2 * count);
            product = Arrays.copyOf(product, 2 * count);
        }
        prototype[count] = i;
        token[count] = t;
        product[count++] = leader[i] == t ? leaderProduct[i] : product(i, t);
    }
}
