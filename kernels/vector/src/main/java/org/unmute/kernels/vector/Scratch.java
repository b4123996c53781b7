package org.unmute.kernels.vector;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Working memory that is used again. Contents are arbitrary. Numbers start at element {@link #BASE}: large arrays are
 * aligned by the garbage collector (G1) and have a header of 16 bytes, so that element lies on a 64-byte line.
 */
final class Scratch {
    static final int BASE = 12;
    /** The same for bytes. */
    static final int BYTE_BASE = 48;
    /** The same for shorts. */
    static final int SHORT_BASE = 24;
    private static final int KEPT = 16;
    private static final long KEPT_FLOATS = 64L << 20;
    private static final int KEPT_BYTES = 16 << 20;
    private static final int KEPT_BYTE_ARRAYS = 4;

    private final List<float[]> free = new ArrayList<>();
    private long kept;
    private final Deque<byte[]> bytes = new ArrayDeque<>();

    /** An array with room for {@code n} floats from {@link #BASE} on. */
    float[] take(long n) {
        int length = size(n);
        synchronized (this) {
            int best = -1;
            for (int i = 0; i < free.size(); i++) {
                int l = free.get(i).length;
                if (l >= length && (best < 0 || l < free.get(best).length)) {
                    best = i;
                }
            }
            if (best >= 0) {
                float[] found = free.remove(best);
                kept -= found.length;
                return found;
            }
        }
        return new float[length];
    }

    /** Takes an array back. */
    synchronized void give(float[] array) {
        if (free.size() < KEPT && kept + array.length <= KEPT_FLOATS) {
            free.add(array);
            kept += array.length;
        }
    }

    /** Room for {@code count} bytes from {@link #BYTE_BASE} on; a few arrays are kept. */
    byte[] takeBytes(int count) {
        int n = Math.addExact(count, BYTE_BASE);
        synchronized (this) {
            byte[] found = bytes.poll();
            if (found != null && found.length >= n) {
                return found;
            }
        }
        return new byte[n];
    }

    /** Takes bytes back. */
    synchronized void giveBytes(byte[] array) {
        if (array.length <= KEPT_BYTES && bytes.size() < KEPT_BYTE_ARRAYS) {
            bytes.push(array);
        }
    }

    /** A new array that stays with its owner, laid out like those of {@link #take}. */
    static float[] own(long n) {
        return new float[size(n)];
    }

    private static int size(long n) {
        return Math.toIntExact(Math.addExact(n, BASE + Lanes.N));
    }
}
