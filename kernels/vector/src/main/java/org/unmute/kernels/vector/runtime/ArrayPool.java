package org.unmute.kernels.vector.runtime;

/**
 * Arrays for working memory, with arbitrary content. A thread preferably gets an array that it had before ({@link
 * FreeList}). Data starts at element {@link #BASE}: the garbage collector (G1) aligns large arrays and their header has
 * 16 bytes, so this element is at the start of a 64-byte cache line.
 */
public final class ArrayPool {
    public static final int BASE = 12;
    /** As {@link #BASE}, for bytes. */
    public static final int BYTE_BASE = 48;
    /** As {@link #BASE}, for shorts. */
    public static final int SHORT_BASE = 24;
    /** Arrays of each type kept per thread. No kernel holds more at a time. */
    private static final int KEPT = 8;

    private static final long KEPT_FLOATS = 64L << 20;
    private static final long KEPT_BYTES = 64L << 20;

    private final FreeList<float[]> floats;
    private final FreeList<byte[]> bytes;

    /** A pool for kernels on this many threads. */
    public ArrayPool(int threads) {
        floats = new FreeList<>(KEPT * (threads + 1), KEPT_FLOATS);
        bytes = new FreeList<>(KEPT * (threads + 1), KEPT_BYTES);
    }

    /** An array with {@code n} floats from {@link #BASE} on. */
    public float[] acquire(long n) {
        int length = size(n);
        float[] found = floats.acquire(length);
        return found == null ? new float[length] : found;
    }

    public void release(float[] array) {
        floats.release(array, array.length);
    }

    /** An array with {@code n} bytes from {@link #BYTE_BASE} on. */
    public byte[] acquireBytes(int n) {
        int length = Math.addExact(n, BYTE_BASE);
        byte[] found = bytes.acquire(length);
        return found == null ? new byte[length] : found;
    }

    public void releaseBytes(byte[] array) {
        bytes.release(array, array.length);
    }

    /** A new array with the layout of {@link #acquire}, which its owner keeps. */
    public static float[] allocate(long n) {
        return new float[size(n)];
    }

    private static int size(long n) {
        return Math.toIntExact(Math.addExact(n, BASE + Lanes.N));
    }
}
