package org.unmute.kernels.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LaunchPlanTest {
    @Test
    void elementsGetAnItemEachUpToTheLimit() {
        assertThat(LaunchPlan.elements(1)).isEqualTo(new LaunchPlan(1, 128));
        assertThat(LaunchPlan.elements(128)).isEqualTo(new LaunchPlan(1, 128));
        assertThat(LaunchPlan.elements(129)).isEqualTo(new LaunchPlan(2, 128));
        assertThat(LaunchPlan.elements(0)).isEqualTo(new LaunchPlan(1, 128));
        assertThat(LaunchPlan.elements(1L << 31).groups()).isEqualTo(LaunchPlan.MOST_GROUPS);
        assertThat(LaunchPlan.elements(Long.MAX_VALUE).groups()).isEqualTo(LaunchPlan.MOST_GROUPS);
    }

    /** CUDA takes 2^31 - 1 groups; all items together are counted in 32 bits by some OpenCL drivers. */
    @Test
    void noPlanIsTooLargeForADevice() {
        assertThat((long) LaunchPlan.MOST_GROUPS * LaunchPlan.TILE_ITEMS).isLessThan(1L << 31);
        assertThat(LaunchPlan.tasks(1L << 40, 256).groups()).isEqualTo(LaunchPlan.MOST_GROUPS);
    }

    @Test
    void tilesCoverOddSizes() {
        assertThat(LaunchPlan.tiles(1, 1, 1)).isEqualTo(new LaunchPlan(1, 256));
        assertThat(LaunchPlan.tiles(1, 64, 64).groups()).isEqualTo(1);
        assertThat(LaunchPlan.tiles(1, 65, 64).groups()).isEqualTo(2);
        assertThat(LaunchPlan.tiles(3, 65, 129).groups()).isEqualTo(3 * 2 * 3);
        assertThat(LaunchPlan.tiles(16, 512, 10_540).groups()).isEqualTo(16 * 8 * 165);
        assertThatThrownBy(() -> LaunchPlan.tiles(1L << 40, 1L << 40, 64)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void chunksCoverASumWithoutEmptyOnes() {
        for (long results : new long[] {1, 7, 1000, 1 << 20}) {
            for (long length : new long[] {0, 1, 255, 256, 257, 70_001, 1L << 33}) {
                long chunk = LaunchPlan.chunk(results, length, 1 << 16, 256);
                long chunks = Math.ceilDiv(length, chunk);
                assertThat(chunk).isPositive();
                assertThat(chunk * chunks).isGreaterThanOrEqualTo(length);
                assertThat(chunk * (chunks - 1)).isLessThan(Math.max(1, length));
                assertThat(chunks * results).isLessThanOrEqualTo(Math.max(results, (1 << 16) + results));
            }
        }
        assertThat(LaunchPlan.chunk(1, 100, 1 << 16, 256)).isEqualTo(100);
    }

    @Test
    void aPlanRunsSomething() {
        assertThatThrownBy(() -> new LaunchPlan(0, 128)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0 groups");
    }
}
