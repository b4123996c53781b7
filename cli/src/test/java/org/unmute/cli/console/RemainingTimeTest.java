package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemainingTimeTest {
    /**
     * Processes items and, after the first tenth of the time, compares each estimate with the actual remaining time.
     */
    private static void check(int items, DoubleUnaryOperator size, DoubleUnaryOperator costOfUnit, double factor) {
        double[] ends = new double[items + 1];
        double[] done = new double[items + 1];
        for (int i = 0; i < items; i++) {
            double work = size.applyAsDouble(i);
            ends[i + 1] = ends[i] + work * costOfUnit.applyAsDouble(ends[i]);
            done[i + 1] = done[i] + work;
        }
        double total = ends[items];
        RemainingTime time = new RemainingTime();
        int checked = 0;
        for (int i = 1; i < items; i++) {
            time.note(ends[i], done[i]);
            double left = time.estimate(ends[i], done[items] - done[i]);
            // The last percent depends on single items.
            if (ends[i] > 0.1 * total && ends[i] < 0.99 * total) {
                assertThat(left)
                        .as("after %.1f of %.1f s", ends[i], total)
                        .isBetween((total - ends[i]) / factor, (total - ends[i]) * factor);
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(10);
    }

    @Test
    void aSteadyRunIsForetoldExactly() {
        check(1000, i -> 1, t -> 0.1, 1.01);
    }

    /**
     * During the first seconds, at most half of the first tenth, work is ten times slower while classes load and loops
     * compile.
     */
    @ParameterizedTest
    @CsvSource({"600, 3", "5000, 3", "5000, 20"})
    void aWarmUpDoesNotSpoilTheEstimate(int items, double warmUp) {
        check(items, i -> 1, t -> t < warmUp ? 1 : 0.1, 2);
    }

    /** Recordings from one second to a quarter of an hour: the estimate depends on seconds of audio. */
    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void recordingsOfManyLengths(long seed) {
        Random r = new Random(seed);
        check(400, i -> Math.exp(r.nextDouble() * Math.log(900)), t -> t < 3 ? 0.05 : 0.01 + 0.002 * r.nextDouble(), 2);
    }

    @Test
    void aMachineThatBecomesSlowerIsNoticed() {
        check(2000, i -> 1, t -> t < 60 ? 0.1 : 0.15, 2);
    }

    /** The rate halves midway, which cannot be predicted; afterwards the estimate adapts at once. */
    @Test
    void aRateThatHalvesMidway() {
        check(2000, i -> 1, t -> t < 100 ? 0.1 : 0.2, 2.01);
    }

    /** A batch of 32 clips completes every ten seconds; the first takes twice as long. */
    @Test
    void batchesThatEndAtOnce() {
        RemainingTime time = new RemainingTime();
        double total = 20 + 19 * 10;
        for (int batch = 1; batch <= 20; batch++) {
            double end = 10 + 10 * batch;
            for (int clip = 1; clip <= 32; clip++) {
                time.note(end + clip * 1e-6, 32 * (batch - 1) + clip);
            }
            // The estimate also stays accurate while the next batch is running.
            for (double now = end + 0.001; batch > 1 && batch < 20 && now < end + 10; now += 0.5) {
                assertThat(time.estimate(now, 32 * (20 - batch)))
                        .as("after %.1f s", now)
                        .isBetween((total - now) / 1.5, (total - now) * 1.5);
            }
        }
    }

    @Test
    void aRunThatHangsDoesNotPretendToEnd() {
        RemainingTime time = new RemainingTime();
        for (int i = 1; i <= 100; i++) {
            time.note(i, i);
        }
        assertThat(time.estimate(100.5, 100)).isBetween(99.0, 100.0);
        assertThat(time.estimate(150, 100)).isGreaterThan(190);
    }

    /** The first batch includes the warm-up, whose share is still unknown. */
    @Test
    void afterASingleBatchNothingIsSaid() {
        RemainingTime time = new RemainingTime();
        time.note(10, 32);
        assertThat(time.estimate(10, 200)).isNaN();
        assertThat(time.estimate(14, 200)).isNaN();
        time.note(14, 64);
        assertThat(time.estimate(14, 160)).isEqualTo(20);
    }

    @Test
    void tooEarlyNothingIsSaid() {
        RemainingTime time = new RemainingTime();
        assertThat(time.estimate(0, 10)).isNaN();
        time.note(1, 5);
        assertThat(time.estimate(1, 10)).isNaN();
    }

    @Test
    void aLongRunTakesLittleMemory() {
        RemainingTime time = new RemainingTime();
        for (int i = 1; i < 2_000_000; i++) {
            time.note(i * 0.05, i);
        }
        assertThat(time.estimate(99_999.95, 20)).isBetween(0.99, 1.01);
    }
}
