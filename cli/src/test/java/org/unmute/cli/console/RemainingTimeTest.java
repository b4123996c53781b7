package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemainingTimeTest {
    /** Works through items and checks each estimate after the first tenth of the time against what really follows. */
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
            double left = time.estimate(ends[i], done[i], done[items] - done[i]);
            // The last percent is a matter of single items.
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
     * The first seconds, at most half of the first tenth, are ten times slower: classes are loaded and loops compiled.
     */
    @ParameterizedTest
    @CsvSource({"600, 3", "5000, 3", "5000, 20"})
    void aWarmUpDoesNotSpoilTheEstimate(int items, double warmUp) {
        check(items, i -> 1, t -> t < warmUp ? 1 : 0.1, 2);
    }

    /** Recordings from one second to a quarter of an hour: seconds of audio are what counts. */
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

    @Test
    void tooEarlyNothingIsSaid() {
        RemainingTime time = new RemainingTime();
        assertThat(time.estimate(0, 0, 10)).isNaN();
        assertThat(time.estimate(1, 5, 10)).isNaN();
        assertThat(time.estimate(100, 0, 10)).isNaN();
    }

    @Test
    void aLongRunTakesLittleMemory() {
        RemainingTime time = new RemainingTime();
        for (int i = 1; i < 2_000_000; i++) {
            time.note(i * 0.05, i);
        }
        assertThat(time.estimate(100_000, 2_000_000, 20)).isBetween(0.99, 1.01);
    }
}
