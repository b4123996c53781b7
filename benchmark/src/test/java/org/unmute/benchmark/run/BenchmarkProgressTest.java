package org.unmute.benchmark.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.unmute.benchmark.StoppedException;
import org.unmute.benchmark.protocol.CellCost;
import org.unmute.benchmark.protocol.CellId;
import org.unmute.benchmark.protocol.CellQueue;
import org.unmute.benchmark.protocol.EpochRecord;
import org.unmute.files.InputException;

class BenchmarkProgressTest {
    private static final CellId ONE = new CellId("e", "d", "one");
    private static final CellId TWO = new CellId("e", "d", "two");
    private static final CellId FINISHED = new CellId("e", "d", "finished");

    private final Bar bar = new Bar();

    /** Adds up units and work. */
    private static final class Bar implements ProgressBar {
        long units;
        long total;
        double left;
        final List<String> remarks = new ArrayList<>();

        @Override
        public void expect(double work) {
            left = work;
        }

        @Override
        public void advance(long count, double work) {
            units += count;
            left -= work;
        }

        @Override
        public void pass(long count, double work) {
            advance(count, work);
        }

        @Override
        public void skip(long count, double work) {
            advance(count, work);
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

    /** A cell of five trials and five further trainings of ten epochs each. */
    private static BenchmarkPlan.Planned planned(CellId cell, int before, int clips) {
        return new BenchmarkPlan.Planned(new CellCost(cell, 5, 5, 10, Optional.empty()), before, clips);
    }

    private BenchmarkProgress start(BenchmarkPlan.Planned... planned) {
        BenchmarkHost host = (BenchmarkHost) Proxy.newProxyInstance(
                BenchmarkHost.class.getClassLoader(), new Class<?>[] {BenchmarkHost.class}, (_, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("progress");
                    bar.total = (long) arguments[2];
                    return bar;
                });
        return new BenchmarkProgress(host, List.of(planned), 3);
    }

    private static void epoch(BenchmarkProgress progress, CellId cell) {
        progress.epoch(cell, "training", new EpochRecord(1, 1, 0.5, 1e-3, 1));
    }

    /** An epoch on twice as many clips is twice the work. */
    @Test
    void epochsAreWorkAndTrainingsAreUnits() {
        try (BenchmarkProgress progress = start(planned(ONE, 0, 100), planned(TWO, 0, 200))) {
            assertThat(bar.total).isEqualTo(20);
            assertThat(bar.left).isEqualTo(100 * 100 + 100 * 200);
            epoch(progress, ONE);
            epoch(progress, TWO);
            assertThat(bar.left).isEqualTo(99 * 100 + 99 * 200);
            assertThat(bar.units).isZero();
            progress.training(ONE, "training", 0.5, false, false);
            assertThat(bar.units).isEqualTo(1);
            for (int i = 0; i < 200; i++) {
                epoch(progress, ONE);
            }
            assertThat(bar.left).as("a cell takes no more than was expected").isEqualTo(99 * 200);
        }
    }

    /** Seven of ten trainings are in the journals of an earlier process. */
    @Test
    void trainingsOfAnEarlierProcessAreDone() {
        try (BenchmarkProgress progress = start(planned(ONE, 7, 100))) {
            assertThat(bar.total).isEqualTo(10);
            assertThat(bar.units).isEqualTo(7);
            assertThat(bar.left).isEqualTo(30 * 100);
            for (int trial = 0; trial < 7; trial++) {
                progress.training(ONE, "trial " + trial, 0.5, false, true);
            }
            assertThat(bar.units).as("they are not counted twice").isEqualTo(7);
        }
    }

    @Test
    void whatEndedIsNoWork() {
        try (BenchmarkProgress progress = start(planned(ONE, 0, 100), planned(TWO, 0, 100))) {
            progress.ended(new CellQueue.Ended(FINISHED, null));
            epoch(progress, ONE);
            progress.ended(new CellQueue.Ended(ONE, new InputException("reason")));
            assertThat(bar.units).as("its other trainings will not come").isEqualTo(10);
            assertThat(bar.left).isEqualTo(100 * 100);
            progress.ended(new CellQueue.Ended(TWO, new StoppedException("stopped")));
            assertThat(bar.units).as("a stopped cell has them still ahead").isEqualTo(10);
        }
        assertThat(bar.remarks)
                .containsExactly(
                        "1 of 3 cells: e/d/finished finished",
                        "2 of 3 cells: e/d/one failed: reason",
                        "3 of 3 cells: e/d/two stopped",
                        "closed");
    }
}
