package org.unmute.kernels.vector.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WorkerPoolTest {
    private static void everyTaskOnce(WorkerPool pool, int tasks) {
        AtomicIntegerArray done = new AtomicIntegerArray(tasks);
        pool.run(tasks, done::incrementAndGet);
        for (int i = 0; i < tasks; i++) {
            assertThat(done.get(i)).isEqualTo(1);
        }
    }

    @Test
    void runsEveryTaskOnce() {
        for (int threads = 1; threads <= 4; threads++) {
            try (WorkerPool pool = new WorkerPool(threads)) {
                for (int tasks : new int[] {0, 1, 2, 3, 7, 1000}) {
                    for (int round = 0; round < 50; round++) {
                        everyTaskOnce(pool, tasks);
                    }
                }
            }
        }
    }

    /** Each task waits for a task of the other thread, so both threads run their own parts in lockstep. */
    @Test
    void eachThreadRunsItsOwnPartInOrder() {
        try (WorkerPool pool = new WorkerPool(2)) {
            Thread[] by = new Thread[8];
            CountDownLatch[] both =
                    Stream.generate(() -> new CountDownLatch(2)).limit(4).toArray(CountDownLatch[]::new);
            pool.run(8, i -> {
                by[i] = Thread.currentThread();
                both[i % 4].countDown();
                await(both[i % 4]);
            });
            assertThat(by).startsWith(by[0], by[0], by[0], by[0]).endsWith(by[4], by[4], by[4], by[4]);
            assertThat(by[0]).isSameAs(Thread.currentThread()).isNotSameAs(by[4]);
        }
    }

    /** A thread that has finished steals tasks that another has not started, the last one first. */
    @Test
    void threadsStealFromEachOther() {
        try (WorkerPool pool = new WorkerPool(2)) {
            AtomicReferenceArray<Thread> by = new AtomicReferenceArray<>(8);
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch others = new CountDownLatch(7);
            pool.run(8, i -> {
                by.set(i, Thread.currentThread());
                if (i == 4) {
                    begun.countDown();
                    await(others);
                } else {
                    await(begun);
                    others.countDown();
                }
            });
            assertThat(by.get(7)).isSameAs(by.get(5)).isNotSameAs(by.get(4));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no other thread arrived");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void runsTasksInsideTasks() {
        try (WorkerPool pool = new WorkerPool(3)) {
            AtomicIntegerArray done = new AtomicIntegerArray(100);
            pool.run(10, i -> pool.run(10, j -> done.incrementAndGet(10 * i + j)));
            for (int i = 0; i < 100; i++) {
                assertThat(done.get(i)).isEqualTo(1);
            }
        }
    }

    @Test
    void servesManyCallers() throws Exception {
        try (WorkerPool pool = new WorkerPool(3);
                ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Callable<Void>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(() -> {
                    everyTaskOnce(pool, 20);
                    return null;
                });
            }
            for (Future<Void> f : callers.invokeAll(calls)) {
                f.get();
            }
        }
    }

    @Test
    void aFailureReachesTheCallerAndThePoolGoesOn() {
        try (WorkerPool pool = new WorkerPool(2)) {
            for (int failing : new int[] {0, 5, 99}) {
                assertThatThrownBy(() -> pool.run(100, i -> {
                            if (i == failing) {
                                throw new IllegalArgumentException("task " + i);
                            }
                        }))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("task " + failing);
                everyTaskOnce(pool, 50);
            }
        }
    }

    /** The pool must not keep the application that opened it in memory. */
    @Test
    void workersInheritNothingFromTheThreadThatOpenedThem() throws Exception {
        ClassLoader application = new ClassLoader("application", null) {};
        AtomicReference<List<Thread>> found = new AtomicReference<>();
        Thread opener = new Thread(() -> {
            try (WorkerPool pool = new WorkerPool(3)) {
                everyTaskOnce(pool, 10);
                List<Thread> workers = Thread.getAllStackTraces().keySet().stream()
                        .filter(t ->
                                t.getName().startsWith("unmute-vector-") && t.getContextClassLoader() == application)
                        .toList();
                found.set(workers);
            }
        });
        opener.setContextClassLoader(application);
        opener.start();
        opener.join();
        assertThat(found.get()).isEmpty();
    }

    /** Closing returns when no worker is left, and not before. */
    @Test
    @Timeout(60)
    void closingWaitsForTheWorkers() throws Exception {
        WorkerPool pool = new WorkerPool(2);
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch end = new CountDownLatch(1);
        AtomicReferenceArray<Thread> by = new AtomicReferenceArray<>(2);
        Thread caller = Thread.ofPlatform()
                .start(() -> pool.run(2, i -> {
                    by.set(i, Thread.currentThread());
                    begun.countDown();
                    await(end);
                }));
        await(begun);
        Thread closer = Thread.ofPlatform().start(pool::close);
        closer.join(300);
        assertThat(closer.isAlive()).as("it waits for a task that runs").isTrue();
        closer.interrupt();
        closer.join(100);
        assertThat(closer.isAlive()).as("also when it is interrupted").isTrue();

        end.countDown();
        closer.join();
        Thread worker = by.get(0) == caller ? by.get(1) : by.get(0);
        assertThat(worker.getName()).startsWith("unmute-vector-");
        assertThat(worker.isAlive()).isFalse();
        caller.join();
    }

    /**
     * Closes the pool from the thread that runs the job and from a worker at the same time; neither waits for itself or
     * for the other forever.
     */
    @Test
    @Timeout(60)
    void aTaskMayCloseThePool() {
        for (int round = 0; round < 50; round++) {
            WorkerPool pool = new WorkerPool(3);
            AtomicIntegerArray done = new AtomicIntegerArray(20);
            pool.run(20, i -> {
                pool.close();
                done.incrementAndGet(i);
            });
            for (int i = 0; i < 20; i++) {
                assertThat(done.get(i)).isEqualTo(1);
            }
            pool.close();
            assertThat(pool.isClosed()).isTrue();
        }
    }

    @Test
    void worksAloneAfterClosing() {
        WorkerPool pool = new WorkerPool(2);
        pool.close();
        everyTaskOnce(pool, 10);
    }
}
