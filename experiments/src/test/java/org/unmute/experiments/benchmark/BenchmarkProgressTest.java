package org.unmute.experiments.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.unmute.experiments.InputException;
import org.unmute.experiments.protocol.CellId;
import org.unmute.experiments.protocol.CellQueue;
import org.unmute.experiments.protocol.EpochRecord;

/** With a scripted clock: what the progress expects against what really follows. */
class BenchmarkProgressTest {
    private static final CellId SLOW = new CellId("e", "d", "slow");
    private static final CellId FAST = new CellId("e", "d", "fast");
    private static final CellId LATE = new CellId("e", "d", "late");

    private final AtomicLong nanos = new AtomicLong(3);
    private final Bar bar = new Bar();
    private final Map<CellId, BenchmarkProgress.Ahead> ahead = new LinkedHashMap<>();
    private double now;

    /** Adds up what is counted. */
    private static final class Bar implements ProgressBar {
        long units;
        double work;
        double expected;
        final List<String> remarks = new ArrayList<>();

        double left() {
            return expected - work;
        }

        @Override
        public void advance(long count) {
            units += count;
        }

        @Override
        public void advance(long count, double cost) {
            units += count;
            work += cost;
        }

        @Override
        public void pass(long count) {
            units += count;
        }

        @Override
        public void skip(long count, double cost) {
            units += count;
        }

        @Override
        public void expect(double all) {
            expected = all;
        }

        @Override
        public void remark(String line) {
            remarks.add(line);
        }

        @Override
        public void close() {
            remarks.add("closed");
        }
    }

    private BenchmarkProgress start(int workers) {
        BenchmarkHost host = (BenchmarkHost) Proxy.newProxyInstance(
                BenchmarkHost.class.getClassLoader(),
                new Class<?>[] {BenchmarkHost.class},
                (_, method, _) -> switch (method.getName()) {
                    case "progress" -> bar;
                    default -> throw new AssertionError(method);
                });
        return new BenchmarkProgress(host, ahead, workers, nanos::get);
    }

    private void epoch(BenchmarkProgress progress, CellId cell, double at, double seconds) {
        nanos.addAndGet(Math.round((at - now) * 1e9));
        now = at;
        progress.epoch(cell, "trial 0", new EpochRecord(1, 1, 0.5, 1e-3, seconds));
    }

    /** The plan is off by a factor of five, in one direction for one cell and in the other for the next. */
    @Test
    void aWrongPlanIsCorrectedByTheEpochs() {
        ahead.put(SLOW, new BenchmarkProgress.Ahead(50, 100));
        ahead.put(FAST, new BenchmarkProgress.Ahead(500, 100));
        try (BenchmarkProgress progress = start(2)) {
            assertThat(bar.left()).isEqualTo(500);
            double end = 250; // 100 epochs of 2.5 s and 100 of 1 s
            for (int i = 1; i <= 100; i++) {
                if (i % 5 == 3) {
                    epoch(progress, SLOW, i - 0.5, 2.5);
                }
                if (i % 5 == 0) {
                    epoch(progress, SLOW, i, 2.5);
                }
                epoch(progress, FAST, i, 1);
                if (i >= 25) {
                    assertThat(bar.left()).as("after %d s", i).isBetween((end - i) / 2, (end - i) * 2);
                }
            }
        }
    }

    /** One worker: what waits is corrected by how the plan did for what ran. */
    @Test
    void theRestOfThePlanIsCorrectedToo() {
        ahead.put(SLOW, new BenchmarkProgress.Ahead(1000, 100));
        ahead.put(LATE, new BenchmarkProgress.Ahead(500, 100));
        try (BenchmarkProgress progress = start(1)) {
            assertThat(bar.left()).isEqualTo(1500);
            for (int i = 1; i <= 10; i++) {
                epoch(progress, SLOW, i * 0.5, 0.5);
            }
            assertThat(bar.left()).as("90 epochs of 0.5 s, and half of 50 s").isBetween(69.0, 71.0);
            assertThat(bar.units).isEqualTo(10);
        }
    }

    @Test
    void epochsOfAnEarlierProcessAreNoPace() {
        ahead.put(SLOW, new BenchmarkProgress.Ahead(100, 100));
        try (BenchmarkProgress progress = start(1)) {
            for (int i = 1; i <= 50; i++) {
                epoch(progress, SLOW, 0.001 * i, 4);
            }
            assertThat(bar.left()).isBetween(49.0, 51.0);
            epoch(progress, SLOW, 4.05, 4);
            assertThat(bar.left()).as("49 epochs of 4 s").isBetween(195.0, 197.0);
            assertThat(bar.units).isEqualTo(51);
        }
    }

    @Test
    void whatEndedIsNoWork() {
        ahead.put(SLOW, new BenchmarkProgress.Ahead(100, 100));
        ahead.put(FAST, new BenchmarkProgress.Ahead(10, 100));
        try (BenchmarkProgress progress = start(1)) {
            epoch(progress, SLOW, 1, 1);
            progress.ended(new CellQueue.Ended(SLOW, new InputException("reason")));
            assertThat(bar.units).as("its other epochs will not come").isEqualTo(100);
            assertThat(bar.left()).isEqualTo(10);
            progress.ended(new CellQueue.Ended(FAST, null));
            assertThat(bar.units).isEqualTo(200);
            assertThat(bar.left()).isZero();
        }
        assertThat(bar.remarks)
                .containsExactly("1 of 2 cells: e/d/slow failed: reason", "2 of 2 cells: e/d/fast finished", "closed");
    }
}
