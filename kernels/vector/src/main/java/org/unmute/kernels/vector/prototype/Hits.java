package org.unmute.kernels.vector.prototype;

import java.util.Arrays;

/** Pairs of token and prototype, collected block by block of prototypes and read token by token (a counting sort). */
final class Hits {
    private static final int INITIAL = 4 * SumSearch.PROTOTYPES;
    private static final int KEPT = 32 * SumSearch.PROTOTYPES;

    /** {@code token PROTOTYPES + prototype} */
    private int[] pairs = new int[INITIAL];

    private int count;
    /** Number of hits of each token, stored one element further on, so that prefix sums are positions. */
    private final int[] perToken = new int[LookupTables.MAX_TOKENS + 1];

    void clear() {
        count = 0;
        Arrays.fill(perToken, 0);
    }

    int count() {
        return count;
    }

    /** Adds the first hit of a prototype, for which there is always room. */
    void add(int token, int prototype) {
        perToken[token + 1]++;
        pairs[count++] = token * SumSearch.PROTOTYPES + prototype;
    }

    /** Adds the prototypes {@code first + l} for all bits l set in {@code lanes}. */
    void add(int token, int first, long lanes) {
        int n = Long.bitCount(lanes);
        if (count + n > pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * (count + n));
        }
        perToken[token + 1] += n;
        for (long rest = lanes; rest != 0; rest &= rest - 1) {
            pairs[count++] = token * SumSearch.PROTOTYPES + first + Long.numberOfTrailingZeros(rest);
        }
    }

    /** Receives a hit; {@code position} counts the hits in the order of tokens. */
    @FunctionalInterface
    interface Receiver {
        void accept(int position, int prototype, int token);
    }

    /** Passes all hits to the receiver. May be called once after each {@link #clear}. */
    void forEach(Receiver to) {
        for (int t = 1; t < perToken.length; t++) {
            perToken[t] += perToken[t - 1];
        }
        for (int h = 0; h < count; h++) {
            int token = pairs[h] / SumSearch.PROTOTYPES;
            to.accept(perToken[token]++, pairs[h] % SumSearch.PROTOTYPES, token);
        }
    }

    void trim() {
        if (pairs.length > KEPT) {
            pairs = new int[INITIAL];
        }
    }
}
