package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FootprintSeriesTest {
    private static final long MIB = 1 << 20;
    private static final int CALLS = 20;

    private static List<String> growth(long heapPerCall, long nativePerCall, double threadsPerCall) {
        FootprintSeries series = new FootprintSeries();
        for (int i = 0; i < 6; i++) {
            long calls = 100 + (long) CALLS * i;
            long noise = i % 2 * MIB;
            series.add(new Footprint(
                    calls,
                    60 * MIB + calls * heapPerCall + noise,
                    90 * MIB + calls * nativePerCall + noise,
                    900 * MIB,
                    40,
                    12,
                    Map.of("worker-#", 20 + (long) (calls * threadsPerCall)),
                    Map.of("[F", calls * heapPerCall),
                    Map.of("Thread", calls * nativePerCall)));
        }
        return series.growth();
    }

    @Test
    void noiseIsNoGrowth() {
        assertThat(growth(0, 0, 0)).isEmpty();
    }

    /** Such threads leaked from a command that did not close its backend. */
    @Test
    void aThreadForEachCallIsGrowth() {
        assertThat(growth(0, 0, 1)).singleElement().asString().contains("threads grew by 100", "worker-# 100.00");
    }

    @Test
    void aHundredKibibytesForEachCallAreGrowth() {
        assertThat(growth(100 << 10, 0, 0))
                .singleElement()
                .asString()
                .startsWith("live heap grew by ")
                .contains("over 100 calls", "[F 9.77 MiB");
        assertThat(growth(0, 100 << 10, 0))
                .singleElement()
                .asString()
                .startsWith("native memory grew by ")
                .contains("Thread 9.77 MiB");
    }

    @Test
    void fewFootprintsShowNothing() {
        assertThatThrownBy(new FootprintSeries()::growth).isInstanceOf(IllegalStateException.class);
    }
}
