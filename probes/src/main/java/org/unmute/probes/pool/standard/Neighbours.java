package org.unmute.probes.pool.standard;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** The clips that are nearest to one, by their cosines. */
final class Neighbours {
    private final float[] cosines;
    private final int at;
    private final int count;
    private final int left;
    private final int k;
    /** Of all clips; null until requested. */
    private int[] nearest;

    /**
     * @param cosines those from {@code at} on are of the clips in order
     * @param count   number of clips
     * @param left    a clip that is left out, or -1
     * @param k       how many are wanted
     */
    Neighbours(float[] cosines, int at, int count, int left, int k) {
        this.cosines = cosines;
        this.at = at;
        this.count = count;
        this.left = left;
        this.k = k;
    }

    float cosine(int clip) {
        return cosines[at + clip];
    }

    /** The nearest of all, the nearest one first; of equal ones the one that comes first. */
    int[] nearest() {
        if (nearest == null) {
            nearest = nearest(_ -> true);
        }
        return nearest;
    }

    /** The nearest of some. */
    int[] nearest(IntPredicate wanted) {
        int[] best = new int[Math.min(k, count)];
        int n = 0;
        for (int clip = 0; clip < count; clip++) {
            float cosine = cosines[at + clip];
            if (clip == left || n == best.length && !(cosine > cosine(best[n - 1])) || !wanted.test(clip)) {
                continue;
            }
            int place = n < best.length ? n++ : n - 1;
            while (place > 0 && cosine > cosine(best[place - 1])) {
                best[place] = best[place - 1];
                place--;
            }
            best[place] = clip;
        }
        return n == best.length ? best : Arrays.copyOf(best, n);
    }
}
