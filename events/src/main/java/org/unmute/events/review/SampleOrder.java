package org.unmute.events.review;

import java.util.Arrays;
import java.util.Random;

/**
 * A random order of events that are sorted by score. Each beginning of it is a sample stratified by score: strata of
 * equal size have a random order each, and are taken from in turn in proportion to their sizes.
 */
final class SampleOrder {
    private SampleOrder() {}

    /** First index of a stratum; that of the next one for the end of the last. */
    static int start(int stratum, int strata, int events) {
        return (int) ((long) stratum * events / strata);
    }

    /** The order, as indices from the highest score down. */
    static int[] of(int events, int strata, Random random) {
        long[] keys = new long[events];
        for (int s = 0; s < strata; s++) {
            int from = start(s, strata, events);
            int size = start(s + 1, strata, events) - from;
            double shift = random.nextDouble();
            int[] own = new int[size];
            for (int i = 0; i < size; i++) {
                own[i] = from + i;
            }
            for (int i = 0; i < size; i++) {
                int other = i + random.nextInt(size - i);
                int index = own[other];
                own[other] = own[i];
                // Places are compared to 2^-31; equal ones are ordered by index.
                keys[from + i] = (long) ((i + shift) / size * (1L << 31)) << 31 | index;
            }
        }
        Arrays.sort(keys);
        int[] order = new int[events];
        for (int i = 0; i < events; i++) {
            order[i] = (int) (keys[i] & (1L << 31) - 1);
        }
        return order;
    }
}
