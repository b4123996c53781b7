package org.unmute.kernels.vector.runtime;

import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * Workspaces, each for one thread at a time, kept from call to call. The pool grows to the largest number of threads
 * that ever worked at the same time. A thread preferably gets the workspace it had before ({@link FreeList}).
 *
 * @param <T> the workspace
 */
public final class WorkspacePool<T> {
    private final Supplier<T> create;
    private final FreeList<T> free = new FreeList<>(Integer.MAX_VALUE, 0);

    public WorkspacePool(Supplier<T> create) {
        this.create = create;
    }

    /** A task that holds a workspace while it runs. If the task throws, its workspace is dropped. */
    public IntConsumer with(ObjIntConsumer<T> task) {
        return i -> {
            T workspace = acquire();
            task.accept(workspace, i);
            release(workspace);
        };
    }

    private T acquire() {
        T found = free.acquire(0);
        return found == null ? create.get() : found;
    }

    private void release(T workspace) {
        free.release(workspace, 0);
    }
}
