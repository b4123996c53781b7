package org.unmute.audio;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.Objects;

/** Memory as a read-only channel. Closing it does nothing. */
final class SegmentChannel implements SeekableByteChannel {
    private final MemorySegment bytes;
    private long position;

    SegmentChannel(MemorySegment bytes) {
        this.bytes = Objects.requireNonNull(bytes, "bytes");
    }

    @Override
    public int read(ByteBuffer into) {
        long rest = bytes.byteSize() - position;
        if (rest <= 0) {
            return -1;
        }
        int n = (int) Math.min(rest, into.remaining());
        MemorySegment.ofBuffer(into).copyFrom(bytes.asSlice(position, n));
        into.position(into.position() + n);
        position += n;
        return n;
    }

    @Override
    public int write(ByteBuffer from) {
        throw new NonWritableChannelException();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long to) {
        position = to;
        return this;
    }

    @Override
    public long size() {
        return bytes.byteSize();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
