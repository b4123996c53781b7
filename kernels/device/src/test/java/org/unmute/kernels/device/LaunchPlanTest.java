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
        assertThat(LaunchPlan.elements(1L << 31).groups()).isEqualTo(LaunchPlan.MAX_GROUPS);
        assertThat(LaunchPlan.elements(Long.MAX_VALUE).groups()).isEqualTo(LaunchPlan.MAX_GROUPS);
    }

    /** CUDA takes 2^31 - 1 groups; some OpenCL drivers count all items together in 32 bits. */
    @Test
    void noPlanIsTooLargeForADevice() {
        assertThat((long) LaunchPlan.MAX_GROUPS * LaunchPlan.TILE_ITEMS).isLessThan(1L << 31);
        assertThat(LaunchPlan.tasks(1L << 40, 256).groups()).isEqualTo(LaunchPlan.MAX_GROUPS);
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
    void wideTilesAreTakenWhereTheyKeepADeviceBusy() {
        assertThat(LaunchPlan.wideTiles(1, 8208, 3072)).contains(new LaunchPlan(65 * 24, 256));
        assertThat(LaunchPlan.wideTiles(1, 128 * 128, 65)).contains(new LaunchPlan(128, 256));
        assertThat(LaunchPlan.wideTiles(1, 127 * 128, 128)).isEmpty();
        assertThat(LaunchPlan.wideTiles(127, 129, 65)).contains(new LaunchPlan(254, 256));
        // half of each tile would be empty
        assertThat(LaunchPlan.wideTiles(1, 1 << 20, 64)).isEmpty();
        assertThat(LaunchPlan.wideTiles(1L << 30, 64, 128)).isEmpty();
        // more tiles than groups of a launch: only the small kernel takes several
        assertThat(LaunchPlan.wideTiles(1L << 30, 65, 65)).isEmpty();
        assertThatThrownBy(() -> LaunchPlan.wideTiles(1L << 40, 1L << 40, 65)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void wideMatchingTakesAGroupPerClipAnd128Prototypes() {
        assertThat(LaunchPlan.wideMatching(16, 512, 5270)).contains(new LaunchPlan(16 * 42, 256));
        assertThat(LaunchPlan.wideMatching(64, 65, 129)).contains(new LaunchPlan(128, 256));
        assertThat(LaunchPlan.wideMatching(1, 512, 10_540)).isEmpty();
        assertThat(LaunchPlan.wideMatching(128, 64, 128)).isEmpty();
        assertThat(LaunchPlan.wideMatching(1 << 20, 65, 64)).isEmpty();
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
        assertThatThrownBy(() -> new LaunchPlan(0, 128))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 groups");
        assertThatThrownBy(() -> new LaunchPlan(1, 128, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1 shared bytes");
    }

    @Test
    void onlyAPlanThatAsksForItHasSharedMemory() {
        LaunchPlan plan = LaunchPlan.tasks(5, 256);
        assertThat(plan.sharedBytes()).isZero();
        assertThat(plan.withShared(98_304)).isEqualTo(new LaunchPlan(5, 256, 98_304));
    }

    @Test
    void framesShareTiles() {
        // 8 frames of 8 tokens per tile; 65 frames are 9 tiles, 130 prototypes 3 bands
        assertThat(LaunchPlan.frames(65, 8, 130)).isEqualTo(new LaunchPlan(27, 256));
        // 21 frames of 3 tokens leave one row idle
        assertThat(LaunchPlan.frames(43, 3, 64)).isEqualTo(new LaunchPlan(3, 256));
        assertThat(LaunchPlan.frames(64, 1, 1)).isEqualTo(new LaunchPlan(1, 256));
        assertThat(LaunchPlan.frames(5, 64, 1)).isEqualTo(new LaunchPlan(5, 256));
        assertThat(LaunchPlan.frames(1L << 40, 8, 10_540).groups()).isEqualTo(LaunchPlan.MAX_GROUPS);
    }
}
