package org.unmute.kernels.contract.fault;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;

/** A channel to a file whose operations fail according to the {@link FaultPlan}. */
final class FaultChannel extends FileChannel {
    private final Path file;
    private final FileChannel real;
    /** Is notified of writes; null if no loss of power is planned. */
    private final VolatileDisk disk;

    private final VolatileDisk.Content content;
    private final boolean append;

    FaultChannel(Path file, FileChannel real, VolatileDisk disk, boolean append) {
        this.file = file;
        this.real = real;
        this.disk = disk;
        this.append = append;
        content = disk == null ? null : disk.content(file);
    }

    /** A transfer of bytes from or to the real channel. */
    @FunctionalInterface
    private interface Transfer {
        int of(ByteBuffer bytes) throws IOException;
    }

    private int transfer(Operation operation, ByteBuffer bytes, Transfer transfer) throws IOException {
        int asked = bytes.remaining();
        if (asked == 0) {
            return transfer.of(bytes);
        }
        try {
            int allowed = FaultPlan.transfer(operation, file, asked);
            return allowed == asked ? transfer.of(bytes) : some(bytes, allowed, transfer);
        } catch (FaultPlan.Torn e) {
            if (e.transferred() > 0) {
                some(bytes, e.transferred(), transfer);
            }
            throw new IOException(e.getMessage());
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        }
    }

    private static int some(ByteBuffer bytes, int count, Transfer transfer) throws IOException {
        int limit = bytes.limit();
        bytes.limit(bytes.position() + count);
        try {
            return transfer.of(bytes);
        } finally {
            bytes.limit(limit);
        }
    }

    /** Interrupts like the JDK's channels: the channel is closed and the thread stays interrupted. */
    private ClosedByInterruptException interrupted(ClosedByInterruptException e) throws IOException {
        Thread.currentThread().interrupt();
        close();
        return e;
    }

    private void check(Operation operation) throws IOException {
        try {
            FaultPlan.inChannel(operation, file);
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        return transfer(Operation.READ, to, real::read);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
        return transfer(Operation.READ, to, b -> real.read(b, position));
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (to[i].hasRemaining()) {
                return read(to[i]);
            }
        }
        return 0;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return transfer(Operation.WRITE, from, b -> {
            if (append) {
                real.position(real.size());
            }
            long at = real.position();
            byte[] bytes = copy(b);
            int n = real.write(b);
            note(at, bytes, n);
            return n;
        });
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        return transfer(Operation.WRITE, from, b -> {
            byte[] bytes = copy(b);
            int n = real.write(b, position);
            note(position, bytes, n);
            return n;
        });
    }

    private byte[] copy(ByteBuffer b) {
        if (content == null) {
            return null;
        }
        byte[] bytes = new byte[b.remaining()];
        b.duplicate().get(bytes);
        return bytes;
    }

    private void note(long at, byte[] bytes, int count) {
        if (content != null) {
            disk.written(content, at, Arrays.copyOf(bytes, count));
        }
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (from[i].hasRemaining()) {
                return write(from[i]);
            }
        }
        return 0;
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        check(Operation.TRUNCATE);
        boolean shorter = size < real.size();
        real.truncate(size);
        if (content != null && shorter) {
            disk.truncated(content, size);
        }
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        check(Operation.FORCE);
        real.force(metadata);
        if (disk != null) {
            disk.forced(file, content);
        }
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException("no command transfers between channels: " + file);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException("no command transfers between channels: " + file);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        check(Operation.MAP);
        return real.map(mode, position, size);
    }

    @Override
    public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
        check(Operation.MAP);
        return real.map(mode, offset, size, arena);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        check(Operation.LOCK);
        return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        check(Operation.LOCK);
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
