package org.unmute.kernels.vector.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.HostBuffer;

class CachingAllocatorTest {
    private static final int N = 1 << 16;

    @Test
    void releasedMemoryIsReusedForTheSameSizeOnly() {
        CachingAllocator memory = new CachingAllocator(1L << 30);
        HostBuffer first = memory.acquire(DType.F32, N);
        float[] array = first.floats();
        assertThat(memory.acquire(DType.F32, N).floats()).as("not released yet").isNotSameAs(array);
        first.close();
        assertThatThrownBy(first::floats).hasMessageContaining("closed");
        assertThat(memory.acquire(DType.F32, N + 1).floats()).hasSize(N + 1);
        HostBuffer again = memory.acquire(DType.F32, N);
        assertThat(again.floats()).isSameAs(array);
        first.close();
        assertThat(memory.acquire(DType.F32, N).floats())
                .as("closed twice, released once")
                .isNotSameAs(array);
    }

    @Test
    void nothingIsKeptOnceItIsClosed() {
        CachingAllocator memory = new CachingAllocator(1L << 30);
        HostBuffer before = memory.acquire(DType.F32, N);
        HostBuffer after = memory.acquire(DType.F32, N);
        float[] kept = before.floats();
        float[] used = after.floats();
        before.close();
        memory.close();
        assertThat(after.floats()).as("still usable").isSameAs(used);
        after.close();
        for (int i = 0; i < 2; i++) {
            assertThat(memory.acquire(DType.F32, N).floats()).isNotSameAs(kept).isNotSameAs(used);
        }
    }

    @Test
    void noMoreIsKeptThanTheLimit() {
        CachingAllocator memory = new CachingAllocator(2L * N * Float.BYTES);
        HostBuffer[] buffers = {
            memory.acquire(DType.F32, N),
            memory.acquire(DType.F32, N),
            memory.acquire(DType.F32, N),
            memory.acquire(DType.F32, 3 * N)
        };
        float[] oldest = buffers[0].floats();
        float[] latest = buffers[2].floats();
        float[] large = buffers[3].floats();
        for (HostBuffer b : buffers) {
            b.close();
        }
        assertThat(memory.acquire(DType.F32, 3 * N).floats()).isNotSameAs(large);
        assertThat(memory.acquire(DType.F32, N).floats())
                .as("the latest is reused first")
                .isSameAs(latest);
        assertThat(memory.acquire(DType.F32, N).floats()).isNotSameAs(oldest);
        assertThat(memory.acquire(DType.F32, N).floats()).isNotSameAs(oldest);
    }
}
