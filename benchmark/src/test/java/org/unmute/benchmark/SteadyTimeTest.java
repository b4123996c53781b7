package org.unmute.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** With a scripted clock and compiler. */
class SteadyTimeTest {
    private final AtomicLong nanos = new AtomicLong(5);
    private final AtomicLong compiled = new AtomicLong(100);
    private final SteadyTime time = new SteadyTime(0.3, 1e6, nanos::get, compiled::get);

    private boolean lap(double seconds, long compilerMillis) {
        nanos.addAndGet(Math.round(seconds * 1e9));
        compiled.addAndGet(compilerMillis);
        time.lap();
        return time.settled();
    }

    /** Interpreted steps of seconds do not measure compiled ones: the compiler is still at work. */
    @Test
    void slowLapsGoOnWhileTheCompilerIsAtWork() {
        for (int i = 0; i < 6; i++) {
            assertThat(lap(1.5, 1400)).as("interpreted lap %d", i).isFalse();
        }
        assertThat(lap(0.2, 100)).isFalse();
        int laps = 0;
        while (!lap(0.001, 0)) {
            laps++;
        }
        assertThat(time.seconds()).isCloseTo(0.001, within(1e-9));
        assertThat(laps).as("a tenth of the time so far").isBetween(900, 1100);
    }

    @Test
    void aSteadyActionIsSettledSoon() {
        int laps = 1;
        while (!lap(0.05, 0)) {
            laps++;
        }
        assertThat(laps).isBetween(6, 8);
        assertThat(time.seconds()).isCloseTo(0.05, within(1e-9));
    }

    @Test
    void theTimeIsBounded() {
        assertThat(lap(30, 30_000)).as("one lap says nothing").isFalse();
        assertThat(lap(25, 25_000)).isTrue();
        assertThat(time.seconds()).isEqualTo(25);
    }

    /** On a machine that others use, laps differ: their mean counts, not the fastest. */
    @Test
    void theMeanOfSteadyLapsCounts() {
        int laps = 0;
        do {
            laps++;
        } while (!lap(laps % 2 == 0 ? 0.08 : 0.04, 0));
        assertThat(time.seconds()).isBetween(0.055, 0.065);
    }

    /** Ten laps ahead are not worth a long wait. */
    @Test
    void timingMayTakeAShareOfTheWorkAhead() {
        SteadyTime few = new SteadyTime(0.3, 10, nanos::get, compiled::get);
        int laps = 0;
        do {
            nanos.addAndGet(1_000_000_000L);
            compiled.addAndGet(900);
            few.lap();
            laps++;
        } while (!few.settled());
        assertThat(laps).isEqualTo(3);
    }

    @Test
    void aRealActionIsTimed() throws Exception {
        int[] runs = {0};
        assertThat(SteadyTime.of(() -> runs[0]++, 0, 1e9)).isBetween(0.0, 0.1);
        assertThat(runs[0]).isGreaterThanOrEqualTo(5);
    }
}
