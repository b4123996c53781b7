package org.unmute.kernels.device.backend;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
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

    private final AtomicLong writes = new AtomicLong();
    private volatile PackedSigns packed;
    private volatile boolean frozen;

    DeviceBuffer(DType dtype, MemoryPool.Block block) {
        this.dtype = dtype;
        this.block = block;
    }

    DeviceMemory memory() {
        return block.memory();
    }

    /** The memory behind a view of a device tensor, which may then be written to. */
    static DeviceMemory memoryOf(View v) {
        DeviceBuffer buffer = (DeviceBuffer) v.buffer();
        buffer.writes.incrementAndGet();
        return buffer.memory();
    }

    /** The memory behind a view of a device tensor, for reading alone. */
    static DeviceMemory readOf(View v) {
        return ((DeviceBuffer) v.buffer()).memory();
    }

    /** How often the memory may have been written to: as often as {@link #memoryOf} was called. */
    long writes() {
        return writes.get();
    }

    /** What {@link PackedSigns} remembers of prototypes in this buffer; null if nothing. */
    PackedSigns packed() {
        return packed;
    }

    /** Replaces {@link #packed}. What it had is not closed: others may use it still. */
    void setPacked(PackedSigns signs) {
        synchronized (kept) {
            packed = block.isReleased() ? null : signs;
        }
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
            if (packed != null) {
                List.of(packed.parts()).forEach(part -> part.buffer().close());
                packed = null;
            }
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
