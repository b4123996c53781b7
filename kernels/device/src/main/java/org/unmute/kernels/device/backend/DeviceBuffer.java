package org.unmute.kernels.device.backend;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Buffer;
import org.unmute.tensor.backend.View;

/**
 * The memory of a tensor on a device. If the buffer is never closed, its block is reclaimed once the buffer is
 * unreachable.
 */
final class DeviceBuffer implements Buffer {
    private final DType dtype;
    private final MemoryPool.Block block;
    /** Other forms of the frozen contents: packed operands of products. */
    private final Map<Object, View> kept = new HashMap<>();

    private final AtomicLong writes = new AtomicLong();
    private volatile @Nullable PackedSigns packed;
    private volatile boolean frozen;

    DeviceBuffer(DType dtype, MemoryPool.Block block) {
        this.dtype = dtype;
        this.block = block;
    }

    DeviceMemory memory() {
        return block.memory();
    }

    /** The memory behind a view of a device tensor, for reading and writing. */
    static DeviceMemory memoryOf(View v) {
        DeviceBuffer buffer = (DeviceBuffer) v.buffer();
        buffer.writes.incrementAndGet();
        return buffer.memory();
    }

    /** The memory behind a view of a device tensor, for reading only. */
    static DeviceMemory readOf(View v) {
        return ((DeviceBuffer) v.buffer()).memory();
    }

    /** The number of times the memory may have been written to, which is the number of calls of {@link #memoryOf}. */
    long writes() {
        return writes.get();
    }

    /** The data that {@link PackedSigns} keeps for prototypes in this buffer; null if there is none. */
    @Nullable
    PackedSigns packed() {
        return packed;
    }

    /** Replaces {@link #packed}. The previous parts are not closed, because others may still use them. */
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
     * Keeps another form of the frozen contents until this buffer is closed or unreachable. Returns false, and leaves
     * the form to the caller, if this buffer is closed or already keeps one under that key.
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
