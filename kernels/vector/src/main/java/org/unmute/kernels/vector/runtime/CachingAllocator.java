package org.unmute.kernels.vector.runtime;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.unmute.tensor.backend.HostBuffer;

/**
 * Memory of results that were released, for the next results of the same size. A transformer makes the same dozen large
 * arrays in every block; taken anew each time they would have to be cleared, by one thread, and read from memory that
 * is in no cache: about a twentieth of a forward pass on one thread, more on several, and a quarter of a training step.
 *
 * <p>Arrays of one length are kept for each other, the latest returned goes first, since it is most likely still in a
 * cache. At most a quarter of the heap is kept; what was returned longest ago makes room.
 */
public final class CachingAllocator {
    /** Smaller arrays are cheap to make. */
    private static final int LEAST = 1 << 14;

    /** An array and how many were returned before it. */
    private record Kept(float[] array, long number) {}

    /** By length, the latest returned last; no queue is empty. */
    private final Map<Integer, ArrayDeque<Kept>> free = new HashMap<>();

    private final long most;
    private long floats;
    private long returned;

    public CachingAllocator() {
        this(Runtime.getRuntime().maxMemory() / 4);
    }

    /** @param bytes kept at most */
    public CachingAllocator(long bytes) {
        most = bytes / Float.BYTES;
    }

    /** Room for {@code n} floats of any contents; closing the buffer returns it. */
    public HostBuffer take(int n) {
        return take(n, false);
    }

    /** {@code n} zeros; closing the buffer returns them. */
    public HostBuffer zeros(int n) {
        return take(n, true);
    }

    private HostBuffer take(int n, boolean cleared) {
        if (n < LEAST) {
            return HostBuffer.wrap(new float[n]);
        }
        float[] array = find(n);
        if (array == null) {
            array = new float[n];
        } else if (cleared) {
            Arrays.fill(array, 0);
        }
        return HostBuffer.pooled(array, this::give);
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

    private synchronized void give(float[] array) {
        if (array.length > most) {
            return;
        }
        free.computeIfAbsent(array.length, n -> new ArrayDeque<>()).addLast(new Kept(array, returned++));
        floats += array.length;
        while (floats > most) {
            ArrayDeque<Kept> oldest = free.values().stream()
                    .min(Comparator.comparingLong(kept -> kept.getFirst().number))
                    .orElseThrow();
            remove(oldest, oldest.removeFirst());
        }
    }
}
