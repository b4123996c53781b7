package org.unmute.spark.task;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.unmute.probes.cache.ClipPass;
import org.unmute.probes.cache.ClipSound;

/**
 * Reads the next clips of a task while the last ones are computed, on threads of its own: requests of a store take
 * long, and several files are fetched at once. One task at a time.
 */
final class ReadAhead implements Closeable {
    /** Files that are read at once. */
    private static final int FILES = 8;

    private static final int PATIENCE_SECONDS = 10;

    private final ClipPass pass;
    private final ForkJoinPool threads;
    private Future<List<ClipSound>> next;

    /** @param pass closed with this */
    ReadAhead(ClipPass pass) {
        this.pass = pass;
        // File systems of a job's own jars are found by the class loader of its tasks.
        ClassLoader ofTask = Thread.currentThread().getContextClassLoader();
        threads = new ForkJoinPool(
                FILES,
                pool -> {
                    ForkJoinWorkerThread thread = new ForkJoinWorkerThread(pool) {};
                    thread.setName("unmute-read-" + thread.getPoolIndex());
                    thread.setContextClassLoader(ofTask);
                    return thread;
                },
                null,
                false);
        begin();
    }

    /** Parallel streams inside run in this pool. */
    private void begin() {
        next = pass.hasNext() ? threads.submit(() -> pass.next()) : null;
    }

    /** The next clips, in the order of the list. */
    List<ClipSound> next() throws IOException {
        List<ClipSound> sounds = result(next);
        begin();
        return sounds;
    }

    private static <T> T result(Future<T> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the task was ended while its clips were read");
        }
    }

    /** Does not wait long: a store that does not answer must not hold up a task that was ended. */
    @Override
    public void close() {
        threads.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            if (threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                pass.close();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
