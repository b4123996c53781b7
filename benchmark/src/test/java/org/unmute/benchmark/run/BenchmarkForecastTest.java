package org.unmute.benchmark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.unmute.benchmark.protocol.CellCost;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellQueue;
import org.unmute.benchmark.protocol.EpochRecord;
import org.unmute.benchmark.search.Halving;
import org.unmute.files.InputException;

/** Compares, with a scripted clock, the estimated time with the time that actually follows. */
class BenchmarkForecastTest {
    private static final CellId SLOW = new CellId("e", "d", "slow");
    private static final CellId FAST = new CellId("e", "d", "fast");
    private static final CellId LATE = new CellId("e", "d", "late");

    private final AtomicLong nanos = new AtomicLong(3);
    private final Bar bar = new Bar();
    private final Map<CellId, BenchmarkForecast.Ahead> ahead = new LinkedHashMap<>();
    private double now;

    /** Adds up the counts. */
    private static final class Bar implements ProgressBar {
        long units;
        long total;
        double left;
        double steady;
        final List<String> remarks = new ArrayList<>();

        @Override
        public void advance(long count, double cost) {
            units += count;
        }

        @Override
        public void pass(long count, double cost) {
            units += count;
        }

        @Override
        public void skip(long count, double cost) {
            units += count;
        }

        @Override
        public void left(double seconds, double steady) {
            this.left = seconds;
            this.steady = steady;
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

    private BenchmarkForecast start(int workers) {
        BenchmarkHost host = (BenchmarkHost) Proxy.newProxyInstance(
                BenchmarkHost.class.getClassLoader(),
                new Class<?>[] {BenchmarkHost.class},
                (_, method, arguments) -> switch (method.getName()) {
                    case "progress" -> {
                        bar.total = (long) arguments[2];
                        yield bar;
                    }
                    default -> throw new AssertionError(method);
                });
        return new BenchmarkForecast(host, ahead, workers, nanos::get);
    }

    private void until(double at) {
        nanos.addAndGet(Math.round((at - now) * 1e9));
        now = at;
    }

    private void epoch(BenchmarkForecast progress, CellId cell, double at, double seconds) {
        until(at);
        progress.epoch(cell, "training", new EpochRecord(1, 1, 0.5, 1e-3, seconds));
    }

    private static void training(BenchmarkForecast progress, CellId cell, boolean pruned) {
        progress.training(cell, "training", 0.5, pruned, false);
    }

    /** Trainings without a search, of ten epochs each. */
    private static BenchmarkForecast.Ahead trainings(double seconds, int count) {
        return new BenchmarkForecast.Ahead(seconds, new CellCost.Schedule(0, count, 10, Optional.empty()), 0);
    }

    /** The plan is off by a factor of five, in one direction for one cell and in the other for the next. */
    @Test
    void aWrongPlanIsCorrectedByTheEpochs() {
        ahead.put(SLOW, trainings(50, 10));
        ahead.put(FAST, trainings(500, 10));
        try (BenchmarkForecast progress = start(2)) {
            assertThat(bar.left).isEqualTo(500);
            double end = 250; // 100 epochs of 2.5 s and 100 of 1 s
            for (int i = 1; i <= 100; i++) {
                if (i % 5 == 3) {
                    epoch(progress, SLOW, i - 0.5, 2.5);
                }
                if (i % 5 == 0) {
                    epoch(progress, SLOW, i, 2.5);
                }
                epoch(progress, FAST, i, 1);
                if (i % 10 == 0) {
                    training(progress, FAST, false);
                }
                if (i >= 25) {
                    assertThat(bar.left).as("after %d s", i).isBetween((end - i) / 1.5, (end - i) * 1.5);
                }
            }
        }
    }

    /**
     * One worker: the plans of waiting cells are corrected by the pace of finished ones, fully if they have the same
     * probe.
     */
    @Test
    void theRestOfThePlanIsCorrectedToo() {
        CellId again = new CellId("e", "other", "slow");
        ahead.put(SLOW, trainings(1000, 10));
        ahead.put(LATE, trainings(500, 10));
        ahead.put(again, trainings(400, 10));
        try (BenchmarkForecast progress = start(1)) {
            assertThat(bar.left).isEqualTo(1900);
            for (int i = 1; i <= 100; i++) {
                epoch(progress, SLOW, i * 0.1, 0.1);
            }
            // The plan was a hundred times too long: the correction is nearly as large for the same probe, and about
            // its root for another probe.
            assertThat(bar.left).isBetween(50 + 4.0, 50 + 12.0);
        }
    }

    /**
     * The first of two cells is a hundred times faster than planned, the second runs as planned. When the first ends,
     * nearly all of the planned time counts as done, but only half of the trainings are.
     */
    @Test
    void theShareIsThatOfTheTrainings() {
        ahead.put(SLOW, trainings(1000, 10));
        ahead.put(LATE, trainings(40, 10));
        try (BenchmarkForecast progress = start(1)) {
            assertThat(bar.total).isEqualTo(20);
            for (int i = 1; i <= 100; i++) {
                epoch(progress, SLOW, 0.1 * i, 0.1);
                if (i % 10 == 0) {
                    training(progress, SLOW, false);
                }
                assertThat(bar.units).isEqualTo(i / 10);
            }
            progress.ended(new CellQueue.Ended(SLOW, null));
            assertThat(bar.units).isEqualTo(10);
            assertThat(bar.left).as("a tenth of the plan at least").isBetween(4.0, 40.0);
            for (int i = 1; i <= 20; i++) {
                epoch(progress, LATE, 10 + 0.4 * i, 0.4);
            }
            training(progress, LATE, false);
            assertThat(bar.units).isEqualTo(11);
            assertThat(bar.left).as("80 epochs of 0.4 s").isBetween(25.0, 36.0);
        }
    }

    /** Nine trials of at most 27 epochs, most of which end after three; then two trainings to the end. */
    @Test
    void trialsThatAreStoppedEarlyAreKnown() {
        CellCost.Schedule schedule = new CellCost.Schedule(9, 2, 27, Optional.of(new Halving(3, 3)));
        ahead.put(SLOW, new BenchmarkForecast.Ahead(schedule.expectedEpochs(), schedule, 0));
        try (BenchmarkForecast progress = start(1)) {
            int at = 0;
            for (int trial = 1; trial <= 9; trial++) {
                int epochs = trial == 1 ? 27 : 3;
                for (int e = 0; e < epochs; e++) {
                    epoch(progress, SLOW, ++at, 1);
                }
                training(progress, SLOW, epochs == 3);
                assertThat(bar.units).isEqualTo(trial);
                double rest = 3 * (9 - trial) + 2 * 27;
                assertThat(bar.left).as("after trial %d", trial).isBetween(rest / 1.2, rest * 1.7);
            }
            assertThat(bar.left).as("two trainings").isCloseTo(54, within(0.5));
            for (int e = 1; e <= 54; e++) {
                epoch(progress, SLOW, ++at, 1);
                if (e % 27 == 0) {
                    training(progress, SLOW, false);
                }
            }
            assertThat(bar.units).isEqualTo(bar.total);
        }
    }

    @Test
    void epochsOfAnEarlierProcessAreNoPace() {
        ahead.put(SLOW, trainings(100, 10));
        try (BenchmarkForecast progress = start(1)) {
            for (int i = 1; i <= 5; i++) {
                epoch(progress, SLOW, 0.001 * i, 4);
            }
            assertThat(bar.left).isBetween(94.0, 96.0);
            for (int i = 1; i <= 5; i++) {
                epoch(progress, SLOW, 4 * i, 4);
            }
            training(progress, SLOW, false);
            assertThat(bar.left)
                    .as("90 epochs of 4 s, and what is left of the plan's second")
                    .isBetween(270.0, 360.0);
            assertThat(bar.units).isEqualTo(1);
            assertThat(bar.steady).isCloseTo(4, within(0.1));
        }
    }

    /** Seven of ten trials and no training after the search are in the journals of an earlier process. */
    @Test
    void trainingsOfAnEarlierProcessAreDone() {
        CellCost.Schedule schedule = new CellCost.Schedule(10, 5, 10, Optional.empty());
        ahead.put(SLOW, new BenchmarkForecast.Ahead(150, schedule, 7));
        ahead.put(LATE, new BenchmarkForecast.Ahead(150, schedule, 12));
        try (BenchmarkForecast progress = start(1)) {
            assertThat(bar.units).isEqualTo(19);
            assertThat(bar.total).isEqualTo(30);
            assertThat(bar.left).as("80 and 30 epochs of a second").isCloseTo(110, within(1e-6));
            for (int trial = 0; trial < 7; trial++) {
                progress.training(SLOW, "trial " + trial, 0.5, false, true);
            }
            assertThat(bar.units).as("they are not counted twice").isEqualTo(19);
        }
    }

    @Test
    void whatEndedIsNoWork() {
        ahead.put(SLOW, trainings(100, 10));
        ahead.put(FAST, trainings(10, 10));
        try (BenchmarkForecast progress = start(1)) {
            epoch(progress, SLOW, 1, 1);
            progress.ended(new CellQueue.Ended(SLOW, new InputException("reason")));
            assertThat(bar.units).as("its other trainings will not come").isEqualTo(10);
            assertThat(bar.left).isCloseTo(10, within(1e-6));
            progress.ended(new CellQueue.Ended(FAST, null));
            assertThat(bar.units).isEqualTo(20);
            assertThat(bar.left).isZero();
        }
        assertThat(bar.remarks)
                .containsExactly("1 of 2 cells: e/d/slow failed: reason", "2 of 2 cells: e/d/fast finished", "closed");
    }

    /**
     * The events and times of a real run: eight cells on two workers of a busy machine. From the end of the second cell
     * until the last twentieth, the estimate is at most twice and at least half the time that actually follows.
     */
    @Test
    void aRealRunIsForetold() throws IOException {
        List<String[]> lines = trace();
        double end = Double.parseDouble(lines.getLast()[0]);
        for (String[] line : lines) {
            if (line[1].equals("plan")) {
                ahead.put(
                        cell(line),
                        new BenchmarkForecast.Ahead(
                                Double.parseDouble(line[3]),
                                new CellCost.Schedule(6, 2, 12, Optional.of(Halving.DEFAULT)),
                                0));
            }
        }
        double worst = 1;
        int ended = 0;
        try (BenchmarkForecast progress = start(2)) {
            for (String[] line : lines) {
                double at = Double.parseDouble(line[0]);
                until(at);
                long before = bar.units;
                switch (line[1]) {
                    case "epoch" -> epoch(progress, cell(line), at, Double.parseDouble(line[3]));
                    case "training" -> training(progress, cell(line), false);
                    case "ended" -> {
                        progress.ended(new CellQueue.Ended(cell(line), null));
                        ended++;
                    }
                    default -> {}
                }
                assertThat(bar.units - before).isBetween(0L, 1L);
                if (ended >= 2 && at < 0.95 * end) {
                    double ratio = bar.left / (end - at);
                    worst = Math.max(worst, Math.max(ratio, 1 / ratio));
                }
            }
            assertThat(bar.units).isEqualTo(bar.total).isEqualTo(64);
        }
        assertThat(worst).as("announced for what followed").isLessThan(2);
    }

    private static CellId cell(String[] line) {
        String[] names = line[2].split("/");
        return new CellId(names[0], names[1], names[2]);
    }

    private static List<String[]> trace() throws IOException {
        try (InputStream in = BenchmarkForecastTest.class.getResourceAsStream("small-run.csv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(l -> l.split(","))
                    .toList();
        }
    }
}
