package org.unmute.spark.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import org.apache.hadoop.fs.FSDataInputStream;

/**
 * A read-only channel of a file on a Hadoop file system. Seeks only when bytes are read, so that moving away and back
 * costs no request. Not thread-safe.
 */
public final class HadoopChannel implements SeekableByteChannel {
    private static final int COPY = 1 << 16;

    private final FSDataInputStream in;
    private final long size;
    private final int most;
    private long position;
    private boolean open = true;

    /**
     * @param in stream at byte 0; closed with the channel
     * @param size size of the file in bytes
     * @param most max bytes returned by a read
     */
    HadoopChannel(FSDataInputStream in, long size, int most) {
        this.in = in;
        this.size = size;
        this.most = most;
    }

    /** Reads at least one byte if any is left. Returns -1 at the end, even if the file has become shorter. */
    @Override
    public int read(ByteBuffer into) throws IOException {
        requireOpen();
        if (position >= size) {
            return -1;
        }
        int wanted = (int) Math.min(Math.min(into.remaining(), most), size - position);
        if (wanted == 0) {
            return 0;
        }
        if (in.getPos() != position) {
            in.seek(position);
        }
        int got = into.hasArray() ? direct(into, wanted) : copied(into, wanted);
        position += Math.max(got, 0);
        return got;
    }

    private int direct(ByteBuffer into, int wanted) throws IOException {
        int got = in.read(into.array(), into.arrayOffset() + into.position(), wanted);
        into.position(into.position() + Math.max(got, 0));
        return got;
    }

    private int copied(ByteBuffer into, int wanted) throws IOException {
        byte[] bytes = new byte[Math.min(wanted, COPY)];
        int got = in.read(bytes, 0, bytes.length);
        if (got > 0) {
            into.put(bytes, 0, got);
        }
        return got;
    }

    private void requireOpen() throws ClosedChannelException {
        if (!open) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public int write(ByteBuffer from) {
        throw new NonWritableChannelException();
    }

    @Override
    public long position() throws ClosedChannelException {
        requireOpen();
        return position;
    }

    @Override
    public SeekableByteChannel position(long to) throws ClosedChannelException {
        requireOpen();
        if (to < 0) {
            throw new IllegalArgumentException("read a file: a position of " + to + ": the first byte has position 0");
        }
        position = to;
        return this;
    }

    @Override
    public long size() throws ClosedChannelException {
        requireOpen();
        return size;
    }

    @Override
    public SeekableByteChannel truncate(long to) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws IOException {
        if (open) {
            open = false;
            in.close();
        }
    }
}
