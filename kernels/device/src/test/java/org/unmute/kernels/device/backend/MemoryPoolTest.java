package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;

class MemoryPoolTest {
    private static final long MIB = 1 << 20;

    private final FakeDevice device = new FakeDevice(64 * MIB);
    private final MemoryPool pool = new MemoryPool(device, 16 * MIB);

    private DeviceBuffer mebibytes(long n) {
        return pool.allocate(DType.F32, Shape.of(n, MIB / 4));
    }

    @Test
    void blocksAreAtMostAnEighthLargerThanAskedFor() {
        assertThat(MemoryPool.blockSize(0)).isEqualTo(256);
        assertThat(MemoryPool.blockSize(257)).isEqualTo(512);
        for (long bytes = 4096; bytes > 0 && bytes < 1L << 45; bytes += bytes / 3 + 7) {
            assertThat(MemoryPool.blockSize(bytes))
                    .isGreaterThanOrEqualTo(bytes)
                    .isLessThanOrEqualTo(bytes + bytes / 8 + 256);
        }
    }

    @Test
    void memoryThatIsGivenBackIsTakenAgain() {
        DeviceBuffer a = mebibytes(2);
        assertThat(a.bytes()).isEqualTo(2 * MIB);
        a.close();
        a.close();
        assertThat(pool.liveBytes()).isZero();
        mebibytes(2);
        assertThat(device.allocations).isEqualTo(1);
        assertThat(pool.peakBytes()).isEqualTo(2 * MIB);
    }

    @Test
    void useAfterCloseIsRefused() {
        DeviceBuffer a = mebibytes(1);
        a.close();
        assertThatThrownBy(a::memory).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    @Test
    void theCapHoldsAndTheMessageSaysWhatIsWrong() {
        DeviceBuffer largest = mebibytes(9);
        DeviceBuffer other = pool.allocate(DType.I32, Shape.of(3, MIB / 4));
        assertThatThrownBy(() -> mebibytes(5))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining(
                        "out of device memory: F32[5, 262144] needs 5.0 MiB, 4.0 MiB of 16.0 MiB are free on fake")
                .hasMessageContaining("12.0 MiB live in 2 tensors, largest F32[9, 262144] with 9.0 MiB");
        other.close();
        assertThat(mebibytes(5).bytes()).isEqualTo(5 * MIB);
        largest.close();
    }

    @Test
    void idleMemoryGivesWayToOtherSizes() {
        mebibytes(6).close();
        mebibytes(7).close();
        assertThat(device.allocated).isEqualTo(13 * MIB);
        mebibytes(10);
        assertThat(device.allocated).isLessThanOrEqualTo(16 * MIB);
    }

    /** The device may hold less than the limit, since other programs use it too. */
    @Test
    void aFullDeviceIsToldAsWell() {
        MemoryPool greedy = new MemoryPool(new FakeDevice(3 * MIB), 100 * MIB);
        DeviceBuffer held = greedy.allocate(DType.F32, Shape.of(2 * MIB / 4));
        assertThatThrownBy(() -> greedy.allocate(DType.F32, Shape.of(2 * MIB / 4)))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining("largest F32[524288]");
        held.close();
    }

    @Test
    void forgottenBuffersAreFoundWhenMemoryRunsOut() {
        // Four buffers fit at a time. Each time they are full, the pool waits at most a second for the collector.
        for (int i = 0; i < 10; i++) {
            mebibytes(4);
        }
        assertThat(device.allocated).isLessThanOrEqualTo(16 * MIB);
    }

    @Test
    void closingGivesEverythingBack() {
        DeviceBuffer held = mebibytes(1);
        mebibytes(2).close();
        pool.close();
        assertThat(device.allocated).isZero();
        held.close();
        assertThat(device.allocated).isZero();
        assertThatThrownBy(() -> mebibytes(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("backend fake was closed");
    }
}
