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
 * Reads the next clips of a task on separate threads while the previous ones are computed. Requests to a store take
 * long, so several files are fetched at once. One task at a time.
 */
final class ReadAhead implements Closeable {
    /** Files that are read concurrently. */
    private static final int FILES = 8;

    private static final int PATIENCE_SECONDS = 10;

    private final ClipPass pass;
    private final ForkJoinPool threads;
    private Future<List<ClipSound>> next;

    /** @param pass closed with this object */
    ReadAhead(ClipPass pass) {
        this.pass = pass;
        // File systems in the job's own jars are found through the class loader of its tasks.
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

    /** Submits the next read. Parallel streams inside it run in this pool. */
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

    /** Closes the reader after a short wait: an unresponsive store must not delay the end of a task. */
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
