package org.unmute.kernels.vector.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Daemon threads that share numbered tasks with the thread that calls {@link #run}. Idle workers spin for some
 * tenths of a millisecond, since the next kernel mostly follows at once, and then park.
 *
 * <p>Of n threads each begins with the nth part of the tasks that is its own, in order, and helps others when it is
 * through, from their last task on. Most kernels number tasks along the rows of what they write, so that a thread
 * mostly reads in the next kernel what it wrote in this one, and that lies in its own cache.
 *
 * <p>One job at a time: a caller that finds the pool busy, or calls from inside a task, does its tasks alone. Tasks
 * must write to separate places; then results depend on nothing of this.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 20_000;

    private final Thread[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Job current;
    private volatile boolean closed;

    /** A pool in which {@code threads} threads work, the caller's among them. */
    public WorkerPool(int threads) {
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int number = i + 1;
            workers[i] = Thread.ofPlatform()
                    .daemon()
                    .name("unmute-vector-" + (i + 1))
                    .inheritInheritableThreadLocals(false)
                    .unstarted(() -> serve(number));
            // Not that of whoever happened to come first: in a server that would keep its application in memory.
            workers[i].setContextClassLoader(WorkerPool.class.getClassLoader());
            workers[i].start();
        }
    }

    public int threads() {
        return workers.length + 1;
    }

    /**
     * Calls {@code body} with 0 to {@code tasks - 1} and returns when all are done; a thread begins with its part of
     * the numbers.
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

    /** Lets the workers end. */
    @Override
    public void close() {
        closed = true;
        for (Thread w : workers) {
            LockSupport.unpark(w);
        }
    }

    private static final class Job {
        /** Distance of two threads' shares: a line of the cache each. */
        private static final int LINE = 8;

        private final int tasks;
        private final int threads;
        private final IntConsumer body;
        /** What is left of each thread's share: its next task in the lower half, the end in the upper one. */
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

        /** The first or last task left of a thread's share; -1 if there is none. */
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

        /** Waits for tasks that others took; workers that come too late to take one are not waited for. */
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
