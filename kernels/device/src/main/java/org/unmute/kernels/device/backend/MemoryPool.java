package org.unmute.kernels.device.backend;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.DeviceMemory;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;

/**
 * A pool of device memory: blocks of rounded sizes, with a free list per size, up to a cap. Thread-safe.
 */
final class MemoryPool {
    private static final long MIN_BLOCK = 256;
    /** Block sizes between two powers of two: a block is at most an eighth larger than requested. */
    private static final int STEPS = 8;
    /**
     * Garbage on the device does not fill the Java heap, so the pool calls the collector when live memory reaches this
     * size, and again each time it has doubled.
     */
    private static final long FIRST_COLLECTION = 1L << 29;

    private static final long COLLECTION_MILLIS = 100;
    /** A longer wait before allocation fails: on a busy machine references are enqueued late. */
    private static final long LAST_COLLECTION_MILLIS = 1000;

    private final Device device;
    private final long cap;
    private final TreeMap<Long, Deque<DeviceMemory>> idle = new TreeMap<>();
    private final Set<Block> live = new HashSet<>();
    private final ReferenceQueue<DeviceBuffer> unreachable = new ReferenceQueue<>();
    private long liveBytes;
    private long idleBytes;
    private long peakBytes;
    private long collectAt = FIRST_COLLECTION;
    private boolean closed;
    /** The device's error if it refused the last allocation requested from it. */
    private @Nullable DeviceException refusal;

    MemoryPool(Device device, long cap) {
        this.device = device;
        this.cap = cap;
    }

    /** An allocated block. The pool keeps the block reachable, but not its buffer. */
    final class Block {
        private final DeviceMemory memory;
        private final long bytes;
        private final String label;
        private volatile boolean released;
        /** Kept reachable so that the collector enqueues the reference once the buffer is gone. */
        private BufferReference reference;

        private Block(DeviceMemory memory, long bytes, String label) {
            this.memory = memory;
            this.bytes = bytes;
            this.label = label;
        }

        DeviceMemory memory() {
            if (released) {
                throw new IllegalStateException(
                        closed
                                ? "backend " + device.name() + " was closed, and with it this tensor of " + label
                                        + ": load it again, on the backend that is open now"
                                : "buffer is closed: its TensorScope ended; keep() the tensor or use it inside");
            }
            return memory;
        }

        /** Requested bytes. */
        long bytes() {
            return bytes;
        }

        /** Whether the block was returned to the pool. */
        boolean isReleased() {
            return released;
        }

        /** Returns the block to the pool; idempotent. */
        void release() {
            synchronized (MemoryPool.this) {
                if (!released && live.remove(this)) {
                    released = true;
                    liveBytes -= memory.bytes();
                    if (reference != null) {
                        reference.clear();
                    }
                    recycle(memory);
                }
            }
        }
    }

    /** Detects a buffer that became unreachable without being closed. */
    private static final class BufferReference extends PhantomReference<DeviceBuffer> {
        private final Block block;

        BufferReference(DeviceBuffer buffer, Block block, ReferenceQueue<DeviceBuffer> queue) {
            super(buffer, queue);
            this.block = block;
        }
    }

    /** Allocates the memory of a tensor, with undefined contents. */
    DeviceBuffer allocate(DType dtype, Shape shape) {
        long bytes = Math.multiplyExact(shape.elements(), (long) dtype.bytes());
        String label = dtype + shape.toString();
        synchronized (this) {
            DeviceMemory memory = take(blockSize(bytes), label);
            Block block = new Block(memory, bytes, label);
            live.add(block);
            liveBytes += memory.bytes();
            peakBytes = Math.max(peakBytes, liveBytes);
            DeviceBuffer buffer = new DeviceBuffer(dtype, block);
            block.reference = new BufferReference(buffer, block, unreachable);
            return buffer;
        }
    }

    /** Rounds a number of bytes up to a block size. */
    static long blockSize(long bytes) {
        long size = Math.max(MIN_BLOCK, bytes);
        long step = Math.max(MIN_BLOCK, Long.highestOneBit(size) / STEPS);
        return Math.multiplyExact(Math.ceilDiv(size, step), step);
    }

    private DeviceMemory take(long size, String label) {
        if (closed) {
            throw new IllegalStateException("backend " + device.name() + " was closed: " + label
                    + " cannot be allocated: open the backend again");
        }
        reclaim(0);
        if (liveBytes + size > collectAt) {
            System.gc();
            reclaim(COLLECTION_MILLIS);
            collectAt = Math.max(FIRST_COLLECTION, 2 * (liveBytes + size));
        }
        DeviceMemory memory = attempt(size);
        if (memory == null) {
            System.gc();
            reclaim(LAST_COLLECTION_MILLIS);
            memory = attempt(size);
        }
        if (memory == null) {
            throw new OutOfDeviceMemoryException(outOfMemory(size, label), refusal);
        }
        return memory;
    }

    private @Nullable DeviceMemory attempt(long size) {
        Deque<DeviceMemory> same = idle.get(size);
        if (same != null && !same.isEmpty()) {
            idleBytes -= size;
            return same.pop();
        }
        if (liveBytes + idleBytes + size > cap) {
            trim(liveBytes + size <= cap ? liveBytes + idleBytes + size - cap : 0);
        }
        refusal = null;
        if (liveBytes + idleBytes + size > cap || size > device.limits().maxAllocation()) {
            return null;
        }
        try {
            return device.allocate(size);
        } catch (DeviceException e) {
            // Free the idle blocks and try again.
            trim(Long.MAX_VALUE);
            try {
                return device.allocate(size);
            } catch (DeviceException again) {
                refusal = again;
                return null;
            }
        }
    }

    /** Frees idle blocks, largest first, until {@code bytes} are freed. */
    private void trim(long bytes) {
        long freed = 0;
        for (Deque<DeviceMemory> same : idle.descendingMap().values()) {
            for (Iterator<DeviceMemory> i = same.iterator(); i.hasNext() && freed < bytes; ) {
                DeviceMemory m = i.next();
                i.remove();
                freed += m.bytes();
                idleBytes -= m.bytes();
                device.free(m);
            }
        }
    }

    private void recycle(DeviceMemory memory) {
        if (closed) {
            device.free(memory);
        } else {
            idle.computeIfAbsent(memory.bytes(), _ -> new ArrayDeque<>()).push(memory);
            idleBytes += memory.bytes();
        }
    }

    /** Releases the blocks of unreachable buffers. */
    private void reclaim(long patience) {
        try {
            while (true) {
                BufferReference reference =
                        (BufferReference) (patience == 0 ? unreachable.poll() : unreachable.remove(patience));
                if (reference == null) {
                    return;
                }
                reference.block.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String outOfMemory(long size, String label) {
        String largest = live.stream()
                .max(Comparator.comparingLong(Block::bytes))
                .map(b -> ", largest " + b.label + " with " + mebibytes(b.bytes))
                .orElse("");
        long limit = device.limits().maxAllocation();
        return "out of device memory: " + label + " needs " + mebibytes(size) + ", "
                + mebibytes(Math.max(0, cap - liveBytes)) + " of " + mebibytes(cap) + " are free on " + device.name()
                + ", " + mebibytes(liveBytes) + " live in " + live.size() + " tensors" + largest
                + (size > limit ? "; one allocation has at most " + mebibytes(limit) : "")
                + ": use a smaller batch or close scopes";
    }

    static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    /** Bytes of blocks in use. */
    synchronized long liveBytes() {
        reclaim(0);
        return liveBytes;
    }

    /** Bytes still available below the cap. */
    synchronized long freeBytes() {
        reclaim(0);
        return Math.max(0, cap - liveBytes);
    }

    /** Maximum of the bytes in use so far. */
    synchronized long peakBytes() {
        return peakBytes;
    }

    /** Frees all memory. Tensors cannot be used afterwards. */
    synchronized void close() {
        closed = true;
        for (Block b : Set.copyOf(live)) {
            b.release();
        }
        trim(Long.MAX_VALUE);
    }
}
