package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.LookupTile.LANES;
import static org.unmute.kernels.vector.prototype.LookupTile.S;
import static org.unmute.kernels.vector.prototype.LookupTile.TOKENS;

import java.util.Arrays;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.ArrayPool;

/**
 * Finds the winning tokens of some blocks of prototypes in three sieves. {@link LookupTile} sums: the token of the
 * greatest gives a product, which bounds the sums of tokens that can win (four of 512 random tokens pass). Products of
 * these in float32 bound each other (seldom more than one passes). Products in float64 decide between those that are
 * left. A product that an earlier token is known to have counts as the leader's does.
 *
 * <p>Sums are looked through block by block, as they lie side by side; what is found is put in the order of tokens, so
 * that a token's row is read once for all. Products are taken four at a time. The leaders, the tokens of the greatest
 * sums, are the first contenders; the others follow.
 *
 * <p>If all tokens passed the first two sieves, that would take some ten times as long as the tiles of a float32
 * product; it needs tokens of which many differ from each other by no more than a rounding, and others that lie far
 * away.
 *
 * <p>Working memory, 1.2 MB: for use by one thread at a time, again and again.
 */
final class CandidateFilter {
    /** Most blocks at a time: their sums for {@link LookupTables#MOST_TOKENS} tokens are 1 MiB. */
    static final int BLOCKS = 16;

    private static final int MOST = BLOCKS * LANES;
    private static final int HALF = LANES / 2;
    /** Products at a time. */
    private static final int TOGETHER = 4;
    /** CandidateFilter for which there is room at first, and most for which it is kept. */
    private static final int ROOM = 4 * MOST;

    private static final int KEPT = 32 * MOST;

    private BinaryMatch.Look look;
    private PrototypeBits p;
    private CenteredTokens x;
    /** The first of the tokens. Below, tokens are counted from it. */
    private int first;

    private int tokens;
    private short[] sums = {};
    /** Tokens for which a block has room in {@link #sums}: whole tiles. */
    private int rows;

    private final short[] greatest = new short[MOST];
    /** Of each prototype the first token that has the greatest sum. */
    private final short[] leader = new short[MOST];

    private final short[] least = new short[MOST];
    private final float[] top = new float[MOST];
    /** The first prototype and how many there are. */
    private int from;

    private int prototypes;
    /**
     * What a look through the sums found: token, then prototype (counted from the first). And how often each token,
     * behind its place.
     */
    private int[] found = new int[ROOM];

    private int hits;
    private final int[] ofToken = new int[LookupTables.MOST_TOKENS + 1];
    /**
     * CandidateFilter: prototype (counted from the first), token, where the signs of one and the row of the other start, and
     * product.
     */
    private int[] prototype = new int[ROOM];

    private int[] token = new int[ROOM];
    private int[] signs = new int[ROOM];
    private int[] row = new int[ROOM];
    private float[] product = new float[ROOM];
    private int count;
    /**
     * Of each prototype the contender that is ahead, if any, and its product in float64 or NaN while nothing had to be
     * compared with it.
     */
    private final int[] ahead = new int[MOST];

    private final double[] exact = new double[MOST];

    private void begin(
            BinaryMatch.Look of, int part, int firstToken, int endToken, int firstPrototype, int endPrototype) {
        look = of;
        p = of.p();
        x = of.x();
        first = firstToken;
        tokens = endToken - firstToken;
        from = firstPrototype;
        prototypes = endPrototype - firstPrototype;
        count = 0;
        for (int i = 0; i < prototypes; i++) {
            top[i] = of.best().product(part, from + i);
        }
    }

    private void end() {
        look = null;
        p = null;
        x = null;
        if (Math.max(token.length, found.length) > KEPT) {
            found = new int[ROOM];
            resize(ROOM);
        }
    }

    /** Matches a part's tokens with some blocks of prototypes. */
    void match(BinaryMatch.Look of, int part, int block, int blocks) {
        int tile = of.tile(part);
        int end = of.tile(part + 1);
        begin(
                of,
                part,
                tile * TOKENS,
                Math.min(of.x().count(), end * TOKENS),
                block * LANES,
                Math.min(of.p().count(), (block + blocks) * LANES));
        rows = (end - tile) * TOKENS;
        if (sums.length < ArrayPool.SHORT_BASE + BLOCKS * rows * LANES) {
            sums = new short[ArrayPool.SHORT_BASE + BLOCKS * rows * LANES];
        }
        Arrays.fill(greatest, (short) 0);
        Arrays.fill(leader, (short) 0);
        for (int t = 0; t < rows; t += TOKENS) {
            for (int b = 0; b < blocks; b += LookupTile.BLOCKS) {
                LookupTile.sum(
                        p.pairs(),
                        p.index(),
                        p.at(block + b),
                        of.tables().data(),
                        of.tables().at(tile + t / TOKENS),
                        sums,
                        at(b, t),
                        at(b + 1, t),
                        greatest,
                        leader,
                        b * LANES,
                        t);
            }
        }
        beginSearch();
        findLeaders();
        append();
        multiply(0);
        for (int e = 0; e < count; e++) {
            least[prototype[e]] = least(prototype[e]);
        }
        int leaders = count;
        beginSearch();
        for (int b = 0; b < blocks; b++) {
            findOthers(b);
        }
        append();
        multiply(leaders);
        decide(part);
        end();
    }

    /**
     * The same without tables, for prototypes {@code [from, to)}, at most {@link LookupTile#LANES}: all tokens pass the
     * first sieve.
     */
    void matchAll(BinaryMatch.Look of, int from, int to) {
        begin(of, 0, 0, of.x().count(), from, to);
        reserve(tokens * prototypes);
        for (int t = 0; t < tokens; t++) {
            for (int i = 0; i < prototypes; i++) {
                append(count++, i, t);
            }
        }
        multiply(0);
        decide(0);
        end();
    }

    /** The least sum of a token that can win. */
    private short least(int i) {
        return top[i] == Float.NEGATIVE_INFINITY
                ? 0
                : look.tables().least(top[i], look.best().error());
    }

    private int at(int block, int t) {
        return ArrayPool.SHORT_BASE + (block * rows + t) * LANES;
    }

    /** Those of a block's lanes that are prototypes. */
    private long lanes(int block) {
        int n = Math.clamp(prototypes - block * LANES, 0, LANES);
        return n == 0 ? 0 : -1L >>> Long.SIZE - n;
    }

    private void beginSearch() {
        hits = 0;
        Arrays.fill(ofToken, 0);
    }

    /** The leaders, where they can win. Their sums are taken out. */
    private void findLeaders() {
        for (int i = 0; i < prototypes; i++) {
            least[i] = least(i);
            if (greatest[i] < least[i]) {
                continue;
            }
            int t = leader[i];
            ofToken[t + 1]++;
            found[hits++] = t * MOST + i;
            sums[at(i / LANES, t) + i % LANES] = -1;
        }
    }

    /** All of a block's other sums that are great enough. */
    private void findOthers(int block) {
        ShortVector a = ShortVector.fromArray(S, least, block * LANES);
        ShortVector b = ShortVector.fromArray(S, least, block * LANES + HALF);
        long real = lanes(block);
        for (int t = 0, at = at(block, 0); t < tokens; t++, at += LANES) {
            VectorMask<Short> lower = ShortVector.fromArray(S, sums, at).compare(VectorOperators.GE, a);
            VectorMask<Short> upper = ShortVector.fromArray(S, sums, at + HALF).compare(VectorOperators.GE, b);
            long lanes = (lower.toLong() | upper.toLong() << HALF) & real;
            if (lanes != 0) {
                found(block, t, lanes);
            }
        }
    }

    private void found(int block, int t, long lanes) {
        int n = Long.bitCount(lanes);
        if (hits + n > found.length) {
            found = Arrays.copyOf(found, 2 * (hits + n));
        }
        ofToken[t + 1] += n;
        for (long rest = lanes; rest != 0; rest &= rest - 1) {
            found[hits++] = t * MOST + block * LANES + Long.numberOfTrailingZeros(rest);
        }
    }

    /** Makes contenders of what was found, token by token. */
    private void append() {
        reserve(count + hits);
        int at = count;
        for (int t = 0; t < ofToken.length; t++) {
            at += ofToken[t];
            ofToken[t] = at;
        }
        for (int f = 0; f < hits; f++) {
            int t = found[f] / MOST;
            append(ofToken[t]++, found[f] % MOST, t);
        }
        count += hits;
    }

    private void append(int e, int i, int t) {
        prototype[e] = i;
        token[e] = t;
        signs[e] = p.signs(from + i);
        row[e] = x.at(first + t);
    }

    /** Makes room for so many, and for what {@link #multiply} needs. */
    private void reserve(int contenders) {
        if (contenders + TOGETHER > token.length) {
            resize(Math.max(contenders + TOGETHER, 2 * token.length));
        }
    }

    private void resize(int room) {
        prototype = Arrays.copyOf(prototype, room);
        token = Arrays.copyOf(token, room);
        signs = Arrays.copyOf(signs, room);
        row = Arrays.copyOf(row, room);
        product = Arrays.copyOf(product, room);
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

    private void decide(int part) {
        Arrays.fill(ahead, 0, prototypes, -1);
        float reach = look.best().reach();
        for (int e = 0; e < count; e++) {
            int i = prototype[e];
            if (product[e] >= (double) top[i] - reach) {
                compare(i, e);
            }
        }
        for (int i = 0; i < prototypes; i++) {
            int e = ahead[i];
            if (e >= 0) {
                look.best().offer(part, from + i, original(e), product[e], exact[i]);
            }
        }
    }

    /** Puts a contender ahead if it is the first of its prototype or better. Of equal products the first token wins. */
    private void compare(int i, int e) {
        int other = ahead[i];
        if (other < 0) {
            ahead[i] = e;
            exact[i] = Double.NaN;
            return;
        }
        exact[i] = Double.isNaN(exact[i]) ? exact(i, other) : exact[i];
        double product = exact(i, e);
        if (product > exact[i] || product == exact[i] && token[e] < token[other]) {
            ahead[i] = e;
            exact[i] = product;
        }
    }

    private double exact(int i, int e) {
        return look.best().exact(original(e), from + i);
    }

    private int original(int e) {
        return x.original(first + token[e]);
    }
}
