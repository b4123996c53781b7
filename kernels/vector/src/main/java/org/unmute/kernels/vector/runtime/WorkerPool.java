package org.unmute.kernels.vector.runtime;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Daemon threads that share numbered tasks with the thread that calls {@link #run}. Idle workers spin for some tenths
 * of a millisecond, since the next kernel usually follows at once, and then park.
 *
 * <p>Each of n threads starts with its own nth of the tasks, in order, and then steals from the others, last task
 * first. Most kernels number tasks along the rows of their result, so in the next kernel a thread mostly reads its own
 * output, from its own cache.
 *
 * <p>One job runs at a time: a caller that finds the pool busy, or calls from inside a task, runs its tasks alone.
 * Tasks must write to disjoint memory, so that results do not depend on scheduling.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 20_000;

    private final Thread[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Job current;
    private volatile boolean closed;

    /** A pool of {@code threads} threads, including the caller's. */
    public WorkerPool(int threads) {
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int number = i + 1;
            workers[i] = Thread.ofPlatform()
                    .daemon()
                    .name("unmute-vector-" + (i + 1))
                    .inheritInheritableThreadLocals(false)
                    .unstarted(() -> serve(number));
            // Not inherited from the first caller: in a server that would keep the caller's application in memory.
            workers[i].setContextClassLoader(WorkerPool.class.getClassLoader());
            workers[i].start();
        }
    }

    public int threads() {
        return workers.length + 1;
    }

    /**
     * Calls {@code body} with 0 to {@code tasks - 1} and returns when all calls are done.
     */
    public void run(int tasks, IntConsumer body) {
        if (tasks <= 1 || workers.length == 0 || closed || !busy.compareAndSet(false, true)) {
            for (int i = 0; i < tasks; i++) {
                body.accept(i);
            }
            return;
        }
        Job job = new Job(tasks, threads(), body);
        try {
            current = job;
            for (Thread w : workers) {
                LockSupport.unpark(w);
            }
            job.work(0);
            job.await();
        } finally {
            current = null;
            busy.set(false);
        }
        job.rethrow();
    }

    /**
     * Calls {@code body} with 0 to {@code rows - 1}. A task has as many rows as hold about {@link ElementLoops#CHUNK}
     * elements.
     */
    public void forEachRow(int rows, long length, IntConsumer body) {
        int each = (int) Math.max(1, ElementLoops.CHUNK / Math.max(1, length));
        forEachRange(rows, each, (from, to) -> {
            for (int i = from; i < to; i++) {
                body.accept(i);
            }
        });
    }

    /** Processes a range of numbers. */
    @FunctionalInterface
    public interface Range {
        /**
         * @param from inclusive
         * @param to exclusive
         */
        void run(int from, int to);
    }

    /**
     * Splits 0 to {@code n - 1} into ranges of {@code each} numbers, the last one shorter. A task processes one range.
     */
    public void forEachRange(int n, int each, Range body) {
        run(Math.ceilDiv(n, each), task -> body.run(task * each, Math.min(n, (task + 1) * each)));
    }

    private void serve(int number) {
        int idle = 0;
        Job last = null;
        while (!closed) {
            Job job = current;
            if (job != null && job != last) {
                job.work(number);
                idle = 0;
            } else if (++idle < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                idle = 0;
            }
            last = job;
        }
    }

    private boolean isWorker(Thread thread) {
        return Arrays.asList(workers).contains(thread);
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Ends the workers and waits until they have ended. Each worker first finishes the tasks that it can still take of
     * the running job. That job is completed, by its caller if need be, and later jobs run on their callers alone. A
     * worker that calls this method from a task does not wait: otherwise two workers that both call it would wait
     * forever.
     */
    @Override
    public void close() {
        closed = true;
        for (Thread w : workers) {
            LockSupport.unpark(w);
        }
        if (isWorker(Thread.currentThread())) {
            return;
        }
        boolean interrupted = false;
        for (Thread w : workers) {
            while (w.isAlive()) {
                try {
                    w.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Job {
        /** Distance between the shares of two threads, one cache line. */
        private static final int LINE = 8;

        private final int tasks;
        private final int threads;
        private final IntConsumer body;
        /** The remaining tasks of each thread's share: the next task in the lower half, the end in the upper half. */
        private final AtomicLongArray shares;

        private final AtomicInteger done = new AtomicInteger();
        private volatile Throwable failure;

        Job(int tasks, int threads, IntConsumer body) {
            this.tasks = tasks;
            this.threads = threads;
            this.body = body;
            shares = new AtomicLongArray(threads * LINE);
            for (int i = 0; i < threads; i++) {
                long end = (long) tasks * (i + 1) / threads;
                shares.setPlain(i * LINE, end << 32 | (long) tasks * i / threads);
            }
        }

        void work(int thread) {
            for (int i = 0; i < threads; i++) {
                int of = (thread + i) % threads;
                for (int task = take(of, i == 0); task >= 0; task = take(of, i == 0)) {
                    try {
                        body.accept(task);
                    } catch (Throwable t) {
                        failure = t;
                    } finally {
                        done.incrementAndGet();
                    }
                }
            }
        }

        /** Removes the first or last task of a thread's share; -1 if none is left. */
        private int take(int of, boolean first) {
            while (true) {
                long left = shares.get(of * LINE);
                int next = (int) left;
                int end = (int) (left >>> 32);
                if (next >= end) {
                    return -1;
                }
                if (shares.compareAndSet(of * LINE, left, first ? left + 1 : left - (1L << 32))) {
                    return first ? next : end - 1;
                }
            }
        }

        /** Waits until all tasks are done, but not for a worker that wakes too late to take one. */
        void await() {
            int spins = 0;
            while (done.get() < tasks) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }

        void rethrow() {
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable t -> throw new IllegalStateException(t);
            }
        }
    }
}
