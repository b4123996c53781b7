package org.unmute.kernels.vector;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import org.unmute.tensor.backend.HostBuffer;

/**
 * Memory of results that were released, for the next results of the same size. A transformer makes the same dozen large arrays in
 * every block; taken anew each time they would have to be cleared, by one thread, and read from memory that is in no cache:
 * about a twentieth of a forward pass on one thread, more on several.
 *
 * <p>Arrays of one length are kept for each other, the latest returned goes first, since it is most likely still in a cache. At most an
 * eighth of the heap is kept, and nothing that the garbage collector needs.
 */
final class ResultMemory {
    /** Smaller arrays are cheap to make. */
    private static final int LEAST = 1 << 14;
    private static final int MOST_ARRAYS = 64;

    /** The latest returned last. */
    private final List<Kept> free = new ArrayList<>();
    private final long most;
    private long floats;

    private record Kept(int length, SoftReference<float[]> array) {}

    ResultMemory() {
        this(Runtime.getRuntime().maxMemory() / 8);
    }

    /** @param bytes kept at most */
    ResultMemory(long bytes) {
        most = bytes / Float.BYTES;
    }

    /** Room for {@code n} floats of any contents; closing the buffer returns it. */
    HostBuffer take(int n) {
        float[] found = n < LEAST ? null : find(n);
        float[] array = found == null ? new float[n] : found;
        return n < LEAST ? HostBuffer.wrap(array) : HostBuffer.lent(array, this::give);
    }

    private synchronized float[] find(int n) {
        for (int i = free.size() - 1; i >= 0; i--) {
            if (free.get(i).length == n) {
                float[] array = remove(i);
                if (array != null) {
                    return array;
                }
            }
        }
        return null;
    }

    private float[] remove(int i) {
        Kept k = free.remove(i);
        floats -= k.length;
        return k.array.get();
    }

    private synchronized void give(float[] array) {
        if (array.length > most) {
            return;
        }
        free.add(new Kept(array.length, new SoftReference<>(array)));
        floats += array.length;
        while (floats > most || free.size() > MOST_ARRAYS) {
            remove(0);
        }
    }
}
