package org.unmute.kernels.vector;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Daemon threads that share numbered tasks with the thread that calls {@link #run}. Idle workers spin for some
 * microseconds, since the next kernel mostly follows at once, and then park.
 *
 * <p>One job at a time: a caller that finds the pool busy, or calls from inside a task, does its tasks alone. Tasks must
 * write to separate places; then results depend on nothing of this.
 */
final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 20_000;

    private final Thread[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Job current;
    private volatile boolean closed;

    /** A pool in which {@code threads} threads work, the caller's among them. */
    WorkerPool(int threads) {
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = Thread.ofPlatform().daemon().name("unmute-vector-" + (i + 1)).inheritInheritableThreadLocals(false)
                    .unstarted(this::serve);
            // Not that of whoever happened to come first: in a server that would keep its application in memory.
            workers[i].setContextClassLoader(WorkerPool.class.getClassLoader());
            workers[i].start();
        }
    }

    int threads() {
        return workers.length + 1;
    }

    /** Calls {@code body} with 0 to {@code tasks - 1}, in no particular order, and returns when all are done. */
    void run(int tasks, IntConsumer body) {
        if (tasks <= 1 || workers.length == 0 || closed || !busy.compareAndSet(false, true)) {
            for (int i = 0; i < tasks; i++) {
                body.accept(i);
            }
            return;
        }
        Job job = new Job(tasks, body);
        try {
            current = job;
            for (Thread w : workers) {
                LockSupport.unpark(w);
            }
            job.work();
            job.await();
        } finally {
            current = null;
            busy.set(false);
        }
        job.rethrow();
    }

    private void serve() {
        int idle = 0;
        Job last = null;
        while (!closed) {
            Job job = current;
            if (job != null && job != last) {
                job.work();
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
        private final int tasks;
        private final IntConsumer body;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile Throwable failure;

        Job(int tasks, IntConsumer body) {
            this.tasks = tasks;
            this.body = body;
        }

        void work() {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                try {
                    body.accept(i);
                } catch (Throwable t) {
                    failure = t;
                } finally {
                    done.incrementAndGet();
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
                case null -> { }
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable t -> throw new IllegalStateException(t);
            }
        }
    }
}
