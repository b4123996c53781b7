package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.DeviceMemory;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Buffer;
import org.unmute.tensor.backend.View;

/**
 * A tensor's memory on a device. If it is never closed, its block is reclaimed once the buffer is unreachable.
 */
final class DeviceBuffer implements Buffer {
    private final DType dtype;
    private final MemoryPool.Block block;
    private volatile boolean frozen;

    DeviceBuffer(DType dtype, MemoryPool.Block block) {
        this.dtype = dtype;
        this.block = block;
    }

    DeviceMemory memory() {
        return block.memory();
    }

    /** The memory behind a view of a device tensor. */
    static DeviceMemory memoryOf(View v) {
        return ((DeviceBuffer) v.buffer()).memory();
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long bytes() {
        return block.bytes();
    }

    @Override
    public void close() {
        block.release();
    }

    @Override
    public void freeze() {
        frozen = true;
    }

    @Override
    public boolean isFrozen() {
        return frozen;
    }
}
