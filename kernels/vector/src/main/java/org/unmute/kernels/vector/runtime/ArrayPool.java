package org.unmute.kernels.vector.runtime;

/**
 * Working memory that is used again, if possible by the thread that had it before ({@link FreeList}). Contents are
 * arbitrary. Numbers start at element {@link #BASE}: large arrays are aligned by the garbage collector (G1) and have a
 * header of 16 bytes, so that element lies on a 64-byte line.
 */
public final class ArrayPool {
    public static final int BASE = 12;
    /** The same for bytes. */
    public static final int BYTE_BASE = 48;
    /** The same for shorts. */
    public static final int SHORT_BASE = 24;
    /** Arrays of each kind that are kept for each thread: no kernel has more at a time. */
    private static final int KEPT = 8;

    private static final long KEPT_FLOATS = 64L << 20;
    private static final long KEPT_BYTES = 64L << 20;

    private final FreeList<float[]> floats;
    private final FreeList<byte[]> bytes;

    /** For kernels that run on so many threads. */
    public ArrayPool(int threads) {
        floats = new FreeList<>(KEPT * (threads + 1), KEPT_FLOATS);
        bytes = new FreeList<>(KEPT * (threads + 1), KEPT_BYTES);
    }

    /** An array with room for {@code n} floats from {@link #BASE} on. */
    public float[] take(long n) {
        int length = size(n);
        float[] found = floats.take(length);
        return found == null ? new float[length] : found;
    }

    /** Takes an array back. */
    public void give(float[] array) {
        floats.give(array, array.length);
    }

    /** Room for {@code count} bytes from {@link #BYTE_BASE} on. */
    public byte[] takeBytes(int count) {
        int length = Math.addExact(count, BYTE_BASE);
        byte[] found = bytes.take(length);
        return found == null ? new byte[length] : found;
    }

    /** Takes bytes back. */
    public void giveBytes(byte[] array) {
        bytes.give(array, array.length);
    }

    /** A new array that stays with its owner, laid out like those of {@link #take}. */
    public static float[] own(long n) {
        return new float[size(n)];
    }

    private static int size(long n) {
        return Math.toIntExact(Math.addExact(n, BASE + Lanes.N));
    }
}
