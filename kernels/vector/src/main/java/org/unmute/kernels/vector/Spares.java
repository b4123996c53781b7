package org.unmute.kernels.vector;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * Working memory that is for one thread at a time and is kept from call to call: as much of it as threads ever used at once.
 *
 * @param <T> the memory
 */
final class Spares<T> {
    private final Supplier<T> make;
    private final Queue<T> free = new ArrayDeque<>();

    /** Of what {@code make} makes. */
    Spares(Supplier<T> make) {
        this.make = make;
    }

    /** A task that has such memory while it runs. What a task that fails had is not used again. */
    IntConsumer with(ObjIntConsumer<T> task) {
        return i -> {
            T own = take();
            task.accept(own, i);
            give(own);
        };
    }

    private T take() {
        T found;
        synchronized (free) {
            found = free.poll();
        }
        return found == null ? make.get() : found;
    }

    private void give(T used) {
        synchronized (free) {
            free.add(used);
        }
    }
}
