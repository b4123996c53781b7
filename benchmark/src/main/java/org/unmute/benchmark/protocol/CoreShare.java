package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * Shares the cores among concurrent trainings. Each training gets a backend with {@code cores / running cells} threads,
 * so that trainings do not compete for cores, and all cores stay busy when few cells are left. A backend gives the same
 * bits on any number of threads, so results do not depend on the share.
 */
public final class CoreShare implements AutoCloseable {
    private final String backend;
    private final int cores;
    private final Map<Integer, Backend> byThreads = new HashMap<>();
    private int cells;

    /**
     * @param backend name, as in {@link Backends#open}
     * @param cores number of cores to use, at least 1
     */
    public CoreShare(String backend, int cores) {
        if (cores < 1) {
            throw new IllegalArgumentException("benchmark: at least one core is needed: " + cores);
        }
        this.backend = backend;
        this.cores = cores;
    }

    /** A training. */
    @FunctionalInterface
    public interface Work<T> {
        /** Runs it on a backend that no other training uses, or that has one thread. */
        T on(Backend backend) throws IOException;
    }

    /** Counts one more running cell; call {@link #leave} when it ends. */
    public synchronized void enter() {
        cells++;
    }

    /** Removes a running cell from the count. */
    public synchronized void leave() {
        cells--;
    }

    /** Number of threads that a training started now would get. */
    public synchronized int threads() {
        return Math.max(1, cores / Math.max(1, cells));
    }

    /**
     * Runs a training, including reading and metrics, on its share of the cores.
     *
     * @throws IOException if the training throws it
     */
    public <T> T run(Work<T> work) throws IOException {
        int threads = threads();
        Backend own = backend(threads);
        try (ForkJoinPool pool = new ForkJoinPool(threads)) { // parallel streams inside use this pool
            return pool.submit(() -> attempt(work, own)).get().value();
        } catch (ExecutionException e) {
            throw new IllegalStateException("benchmark: a training ended without a result", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("benchmark: interrupted", e);
        }
    }

    /** The result or the exception of a training, which a pool would wrap. */
    private record Attempt<T>(T result, Throwable thrown) {
        T value() throws IOException {
            switch (thrown) {
                case null -> {
                    return result;
                }
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(thrown);
            }
        }
    }

    private static <T> Attempt<T> attempt(Work<T> work, Backend backend) {
        try {
            return new Attempt<>(work.on(backend), null);
        } catch (Throwable t) {
            return new Attempt<>(null, t);
        }
    }

    private synchronized Backend backend(int threads) {
        return byThreads.computeIfAbsent(threads, n -> Backends.open(backend, n).backend());
    }

    /** Closes the backends. Must not be called while trainings run. */
    @Override
    public synchronized void close() {
        byThreads.values().forEach(Backend::close);
        byThreads.clear();
    }
}
