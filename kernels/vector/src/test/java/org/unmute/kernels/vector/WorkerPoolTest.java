package org.unmute.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

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
        try (WorkerPool pool = new WorkerPool(3); ExecutorService callers = Executors.newFixedThreadPool(8)) {
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
                })).isInstanceOf(IllegalArgumentException.class).hasMessage("task " + failing);
                everyTaskOnce(pool, 50);
            }
        }
    }

    /** Whoever opens the pool first must not stay in memory because of it. */
    @Test
    void workersHaveNothingOfTheThreadThatOpenedThem() throws Exception {
        ClassLoader application = new ClassLoader("application", null) {};
        AtomicReference<List<Thread>> found = new AtomicReference<>();
        Thread opener = new Thread(() -> {
            try (WorkerPool pool = new WorkerPool(3)) {
                everyTaskOnce(pool, 10);
                List<Thread> workers = Thread.getAllStackTraces().keySet().stream()
                        .filter(t -> t.getName().startsWith("unmute-vector-") && t.getContextClassLoader() == application).toList();
                found.set(workers);
            }
        });
        opener.setContextClassLoader(application);
        opener.start();
        opener.join();
        assertThat(found.get()).isEmpty();
    }

    @Test
    void worksAloneAfterClosing() {
        WorkerPool pool = new WorkerPool(2);
        pool.close();
        everyTaskOnce(pool, 10);
    }
}
