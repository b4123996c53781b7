package org.unmute.kernels.vector.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.HostBuffer;

class CachingAllocatorTest {
    private static final int N = 1 << 16;

    @Test
    void releasedMemoryIsUsedAgainForTheSameSizeOnly() {
        CachingAllocator memory = new CachingAllocator(1L << 30);
        HostBuffer first = memory.take(N);
        float[] array = first.floats();
        assertThat(memory.take(N).floats()).as("not released yet").isNotSameAs(array);
        first.close();
        assertThatThrownBy(first::floats).hasMessageContaining("closed");
        assertThat(memory.take(N + 1).floats()).hasSize(N + 1);
        HostBuffer again = memory.take(N);
        assertThat(again.floats()).isSameAs(array);
        first.close();
        assertThat(memory.take(N).floats()).as("closed twice, given back once").isNotSameAs(array);
    }

    @Test
    void noMoreIsKeptThanAllowed() {
        CachingAllocator memory = new CachingAllocator(2L * N * Float.BYTES);
        HostBuffer[] buffers = {memory.take(N), memory.take(N), memory.take(N), memory.take(3 * N)};
        float[] oldest = buffers[0].floats();
        float[] latest = buffers[2].floats();
        float[] large = buffers[3].floats();
        for (HostBuffer b : buffers) {
            b.close();
        }
        assertThat(memory.take(3 * N).floats()).isNotSameAs(large);
        assertThat(memory.take(N).floats()).as("the latest goes first").isSameAs(latest);
        assertThat(memory.take(N).floats()).isNotSameAs(oldest);
        assertThat(memory.take(N).floats()).isNotSameAs(oldest);
    }
}
