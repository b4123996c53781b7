package org.unmute.kernels.device.backend;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
    /** Other forms of the contents, once these are frozen: packed operands of products. */
    private final Map<Object, View> kept = new HashMap<>();

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

    /** Another form of the frozen contents that was {@linkplain #keep kept} under a key. */
    Optional<View> derived(Object key) {
        synchronized (kept) {
            return Optional.ofNullable(kept.get(key));
        }
    }

    /**
     * Keeps another form of the frozen contents until this buffer is closed or unreachable. False if it is closed, or
     * has kept one under that key: the caller's stays the caller's.
     */
    boolean keep(Object key, View form) {
        synchronized (kept) {
            return !block.isReleased() && kept.putIfAbsent(key, form) == null;
        }
    }

    @Override
    public void close() {
        synchronized (kept) {
            block.release();
            kept.values().forEach(form -> form.buffer().close());
            kept.clear();
        }
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
