package org.unmute.events.detection;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.unmute.files.Journal;

/** Reads a journal from a position on and computes the CRC-32 of what it reads. */
final class BlockReader {
    private final Journal journal;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).limit(0);
    private final CRC32 crc = new CRC32();
    private final long end;
    private long next;

    BlockReader(Journal journal, long from) {
        this.journal = journal;
        next = from;
        end = journal.size();
    }

    long position() {
        return next - buffer.remaining();
    }

    boolean hasMore() {
        return position() < end;
    }

    /** Begins a block. */
    void begin() {
        crc.reset();
    }

    /** Begins a block whose checksum covers that of the block before. */
    void begin(int before) {
        crc.reset();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, before));
    }

    /** The checksum of the block so far. */
    int sum() {
        return (int) crc.getValue();
    }

    /**
     * The buffer, filled with at least this many bytes, which are not counted.
     *
     * @throws EOFException if the file ends before
     */
    ByteBuffer need(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            buffer.compact();
            while (buffer.position() < bytes) {
                buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + (end - next)));
                int n = buffer.hasRemaining() ? journal.read(buffer, next) : -1;
                if (n < 0) {
                    throw new EOFException("the file ends early");
                }
                next += n;
            }
            buffer.flip();
        }
        return buffer;
    }

    int number() throws IOException {
        return ByteBuffer.wrap(bytes(Integer.BYTES)).getInt();
    }

    byte[] bytes(int count) throws IOException {
        if (count > end - position()) {
            throw new EOFException("the file ends early");
        }
        byte[] all = new byte[count];
        for (int done = 0; done < count; ) {
            ByteBuffer some = next(count - done);
            int n = some.remaining();
            some.get(all, done, n);
            done += n;
        }
        return all;
    }

    void skip(long count) throws IOException {
        for (long left = count; left > 0; ) {
            left -= next(left).remaining();
        }
    }

    /** The next bytes in the buffer, at most this many, which are counted. */
    private ByteBuffer next(long most) throws IOException {
        need(1);
        int n = (int) Math.min(most, buffer.remaining());
        ByteBuffer some = buffer.slice(buffer.position(), n);
        crc.update(some.duplicate());
        buffer.position(buffer.position() + n);
        return some;
    }
}
