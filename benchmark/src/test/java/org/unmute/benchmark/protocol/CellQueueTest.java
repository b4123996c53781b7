package org.unmute.benchmark.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.StoppedException;

/** Concurrent cells: shared cores, isolated failures, and results that do not depend on the number of workers. */
class CellQueueTest {
    private static final List<String> PROBES = List.of("linear-mean", "mhca", "protobin", "linpre");

    private static CellId id(String probe) {
        return new CellId("tiny", "planted", probe);
    }

    private static List<CellQueue.Ended> run(Path folder, int workers) {
        try (CoreShare cores = new CoreShare("scalar", 2)) {
            CellData data = TinyCell.multiLabel(); // shared, so that the first cell computes the statistics
            List<CellQueue.Task> tasks = new ArrayList<>();
            for (String probe : PROBES) {
                tasks.add(new CellQueue.Task(
                        id(probe),
                        () -> CellRun.run(
                                id(probe),
                                TinyCell.settings(probe, 1),
                                data,
                                folder.resolve(probe),
                                TinyCell.context(cores, StopSignal.never(), CellListener.SILENT))));
            }
            return CellQueue.run(tasks, workers, cores, StopSignal.never(), _ -> {});
        }
    }

    @Test
    void resultsDoNotDependOnTheNumberOfWorkers(@TempDir Path folder) throws IOException {
        assertThat(run(folder.resolve("one"), 1)).hasSize(4).allMatch(e -> e.failure() == null);
        assertThat(run(folder.resolve("three"), 3))
                .extracting(CellQueue.Ended::cell)
                .containsExactlyElementsOf(
                        PROBES.stream().map(CellQueueTest::id).toList());
        assertThat(TinyCell.content(folder.resolve("three"))).isEqualTo(TinyCell.content(folder.resolve("one")));
        assertThat(Files.exists(folder.resolve("three/mhca/seed-5/probe.safetensors")))
                .isTrue();
    }

    @Test
    void aFailingCellIsNamedAndTheOthersGoOn() {
        List<CellId> told = Collections.synchronizedList(new ArrayList<>());
        try (CoreShare cores = new CoreShare("scalar", 1)) {
            List<CellQueue.Ended> ended = CellQueue.run(
                    List.of(
                            new CellQueue.Task(id("a"), () -> {
                                throw new IOException("unreadable");
                            }),
                            new CellQueue.Task(id("b"), () -> {
                                throw new OutOfMemoryError("heap");
                            }),
                            new CellQueue.Task(id("c"), () -> {
                                throw new StoppedException("c");
                            }),
                            new CellQueue.Task(id("d"), () -> {})),
                    2,
                    cores,
                    StopSignal.never(),
                    e -> told.add(e.cell()));
            assertThat(ended).extracting(CellQueue.Ended::cell).containsExactly(id("a"), id("b"), id("c"), id("d"));
            assertThat(ended.get(0).failure()).hasMessage("unreadable");
            assertThat(ended.get(1).failure()).isInstanceOf(OutOfMemoryError.class);
            assertThat(ended).extracting(CellQueue.Ended::stopped).containsExactly(false, false, true, false);
            assertThat(ended.get(3).failure()).isNull();
            assertThat(told).containsExactlyInAnyOrder(id("a"), id("b"), id("c"), id("d"));
        }
    }

    @Test
    void noCellIsBegunAfterTheStopSign() {
        StopSignal stop = StopSignal.never();
        try (CoreShare cores = new CoreShare("scalar", 1)) {
            List<CellQueue.Ended> ended = CellQueue.run(
                    List.of(new CellQueue.Task(id("a"), stop::raise), new CellQueue.Task(id("b"), () -> {})),
                    1,
                    cores,
                    stop,
                    _ -> {});
            assertThat(ended).extracting(CellQueue.Ended::cell).containsExactly(id("a"));
        }
        assertThat(StopSignal.after(0).raised()).isTrue();
        assertThat(StopSignal.after(1e9).raised()).isFalse();
    }

    @Test
    void coresAreSharedAmongTheCellsUnderWayAndFreedByThoseThatEnd() throws Exception {
        try (CoreShare cores = new CoreShare("scalar", 8)) {
            assertThat(cores.threads()).isEqualTo(8);
            CountDownLatch both = new CountDownLatch(2);
            List<Integer> together = Collections.synchronizedList(new ArrayList<>());
            List<Integer> alone = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch first = new CountDownLatch(1);
            CellQueue.Work shared = () -> {
                together.add(cores.threads());
                both.countDown();
                assertThat(both.await(1, TimeUnit.MINUTES)).isTrue();
            };
            CellQueue.run(
                    List.of(
                            new CellQueue.Task(id("a"), () -> {
                                shared.run();
                                first.countDown();
                            }),
                            new CellQueue.Task(id("b"), () -> {
                                shared.run();
                                assertThat(first.await(1, TimeUnit.MINUTES)).isTrue();
                                while (cores.threads() == 4) {
                                    Thread.sleep(1); // until the other worker has no cells left
                                }
                                alone.add(cores.threads());
                            })),
                    2,
                    cores,
                    StopSignal.never(),
                    _ -> {});
            assertThat(together).containsExactly(4, 4);
            assertThat(alone).containsExactly(8);
            assertThat(cores.threads()).isEqualTo(8);
            assertThat(cores.<String>run(backend ->
                            backend.name() + " " + Thread.currentThread().getName()))
                    .startsWith("scalar ForkJoinPool");
        }
    }

    /** A cell that continued unnoticed would write to a folder that others use. */
    @Test
    void anInterruptedRunEndsOnceItsCellsHave() throws InterruptedException {
        StopSignal stop = StopSignal.never();
        CountDownLatch running = new CountDownLatch(1);
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        Thread waiting = Thread.ofPlatform().start(() -> {
            try (CoreShare cores = new CoreShare("scalar", 1)) {
                CellQueue.run(
                        List.of(new CellQueue.Task(id("a"), () -> {
                            running.countDown();
                            while (!stop.raised()) {
                                TimeUnit.MILLISECONDS.sleep(5);
                            }
                            TimeUnit.MILLISECONDS.sleep(200);
                            told.add("the cell has ended");
                        })),
                        1,
                        cores,
                        stop,
                        _ -> {});
            } catch (IllegalStateException e) {
                told.add(e.getMessage() + ", " + Thread.currentThread().isInterrupted());
            }
        });
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        waiting.interrupt();
        waiting.join(10_000);
        assertThat(told).containsExactly("the cell has ended", "benchmark: interrupted, true");
    }
}
