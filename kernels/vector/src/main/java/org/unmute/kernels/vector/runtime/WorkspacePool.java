package org.unmute.kernels.vector.runtime;

import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * Working memory that is for one thread at a time and is kept from call to call: as much of it as threads ever used at
 * once, each by preference the same ({@link FreeList}).
 *
 * @param <T> the memory
 */
public final class WorkspacePool<T> {
    private final Supplier<T> make;
    private final FreeList<T> free = new FreeList<>(Integer.MAX_VALUE, 0);

    /** Of what {@code make} makes. */
    public WorkspacePool(Supplier<T> make) {
        this.make = make;
    }

    /** A task that has such memory while it runs. What a task that fails had is not used again. */
    public IntConsumer with(ObjIntConsumer<T> task) {
        return i -> {
            T found = free.take(0);
            T own = found == null ? make.get() : found;
            task.accept(own, i);
            free.give(own, 0);
        };
    }
}
