package org.unmute.kernels.vector.runtime;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.HostBuffer;

/**
 * Allocates results in arrays of released results of the same size. A transformer allocates the same dozen large arrays
 * in every block. New arrays would be cleared, by one thread, and would not be in any cache. That costs about a
 * twentieth of a forward pass on one thread, more on several, and a quarter of a training step.
 *
 * <p>Among arrays of one length the last released is reused first, since it is most likely still in a cache. At most a
 * quarter of the heap is kept; the arrays released longest ago are dropped.
 */
public final class CachingAllocator {
    /** Smaller arrays are cheap to allocate. */
    private static final int MIN_LENGTH = 1 << 14;
    /** Some JVMs do not allow longer arrays. */
    private static final int MAX_LENGTH = Integer.MAX_VALUE - 16;

    /** An array and the number of earlier releases. */
    private record Kept(float[] array, long number) {}

    /** By length, in order of release; no queue is empty. */
    private final Map<Integer, ArrayDeque<Kept>> free = new HashMap<>();

    /** Guarded by this, as are the fields below. */
    private long maxFloats;

    private long floats;
    private long releases;

    public CachingAllocator() {
        this(Runtime.getRuntime().maxMemory() / 4);
    }

    /** @param maxBytes maximum bytes kept */
    public CachingAllocator(long maxBytes) {
        maxFloats = maxBytes / Float.BYTES;
    }

    /**
     * A buffer of {@code n} elements. Floats have arbitrary content, other types are zeros. Closing the buffer releases
     * its array.
     */
    public HostBuffer acquire(DType dtype, long n) {
        return acquire(dtype, n, false);
    }

    /** A buffer of {@code n} zeros. Closing it releases its array. */
    public HostBuffer zeros(DType dtype, long n) {
        return acquire(dtype, n, true);
    }

    private HostBuffer acquire(DType dtype, long n, boolean zeroed) {
        if (dtype != DType.F32 || n < MIN_LENGTH || n > MAX_LENGTH) {
            return HostBuffer.allocate(dtype, n);
        }
        float[] array = find((int) n);
        if (array == null) {
            array = new float[(int) n];
        } else if (zeroed) {
            Arrays.fill(array, 0);
        }
        return HostBuffer.pooled(array, this::release);
    }

    /** Drops the kept arrays and keeps none from now on. Arrays in use remain usable. */
    public synchronized void close() {
        maxFloats = 0;
        floats = 0;
        free.clear();
    }

    private synchronized float[] find(int n) {
        ArrayDeque<Kept> kept = free.get(n);
        return kept == null ? null : remove(kept, kept.removeLast());
    }

    private float[] remove(ArrayDeque<Kept> from, Kept kept) {
        floats -= kept.array.length;
        if (from.isEmpty()) {
            free.remove(kept.array.length);
        }
        return kept.array;
    }

    private synchronized void release(float[] array) {
        if (array.length > maxFloats) {
            return;
        }
        free.computeIfAbsent(array.length, n -> new ArrayDeque<>()).addLast(new Kept(array, releases++));
        floats += array.length;
        while (floats > maxFloats) {
            ArrayDeque<Kept> oldest = free.values().stream()
                    .min(Comparator.comparingLong(kept -> kept.getFirst().number))
                    .orElseThrow();
            remove(oldest, oldest.removeFirst());
        }
    }
}
