package org.unmute.kernels.vector;

/**
 * Working memory that is used again, if possible by the thread that had it before ({@link Shelf}). Contents are
 * arbitrary. Numbers start at element {@link #BASE}: large arrays are aligned by the garbage collector (G1) and have a
 * header of 16 bytes, so that element lies on a 64-byte line.
 */
final class Scratch {
    static final int BASE = 12;
    /** The same for bytes. */
    static final int BYTE_BASE = 48;
    /** The same for shorts. */
    static final int SHORT_BASE = 24;
    /** Arrays of each kind that are kept for each thread: no kernel has more at a time. */
    private static final int KEPT = 8;

    private static final long KEPT_FLOATS = 64L << 20;
    private static final long KEPT_BYTES = 64L << 20;

    private final Shelf<float[]> floats;
    private final Shelf<byte[]> bytes;

    /** For kernels that run on so many threads. */
    Scratch(int threads) {
        floats = new Shelf<>(KEPT * (threads + 1), KEPT_FLOATS);
        bytes = new Shelf<>(KEPT * (threads + 1), KEPT_BYTES);
    }

    /** An array with room for {@code n} floats from {@link #BASE} on. */
    float[] take(long n) {
        int length = size(n);
        float[] found = floats.take(length);
        return found == null ? new float[length] : found;
    }

    /** Takes an array back. */
    void give(float[] array) {
        floats.give(array, array.length);
    }

    /** Room for {@code count} bytes from {@link #BYTE_BASE} on. */
    byte[] takeBytes(int count) {
        int length = Math.addExact(count, BYTE_BASE);
        byte[] found = bytes.take(length);
        return found == null ? new byte[length] : found;
    }

    /** Takes bytes back. */
    void giveBytes(byte[] array) {
        bytes.give(array, array.length);
    }

    /** A new array that stays with its owner, laid out like those of {@link #take}. */
    static float[] own(long n) {
        return new float[size(n)];
    }

    private static int size(long n) {
        return Math.toIntExact(Math.addExact(n, BASE + Lanes.N));
    }
}
