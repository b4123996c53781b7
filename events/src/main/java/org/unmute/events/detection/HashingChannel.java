package org.unmute.events.detection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.unmute.files.Sha256;

/**
 * Hashes a file while it is read, in whatever order: a decoder and its checksum share one pass. One thread at a time.
 */
public class HashingChannel implements SeekableByteChannel {
    private static final int BUFFER = 1 << 16;
    /**
     * Bytes that a decoder may skip, such as padding and pictures, without the rest being read again for the digest.
     */
    private static final long MAX_SKIPPED = 1L << 24;

    private final SeekableByteChannel in;
    private final MessageDigest digest = Sha256.digest();
    /** Bytes from the start of the file that the digest has seen. */
    private long hashed;

    /** @param in of the whole file; closed with this channel */
    public HashingChannel(SeekableByteChannel in) {
        this.in = in;
    }

    /**
     * The SHA-256 of the whole file, of which only what was not read yet is read now. Can be called once.
     *
     * @return lower-case hexadecimal
     */
    public String sha256() throws IOException {
        hashUpTo(Long.MAX_VALUE);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Leaves the position where it ends. */
    private void hashUpTo(long end) throws IOException {
        in.position(hashed);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (hashed < end) {
            buffer.clear().limit((int) Math.min(BUFFER, end - hashed));
            int n = in.read(buffer);
            if (n < 0) {
                return;
            }
            digest.update(buffer.flip());
            hashed += n;
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        long at = in.position();
        if (at > hashed && at - hashed <= MAX_SKIPPED && at <= in.size()) {
            hashUpTo(at);
            in.position(at);
        }
        int from = into.position();
        int n = in.read(into);
        if (n > 0 && at <= hashed && at + n > hashed) {
            digest.update(into.duplicate().position(from + (int) (hashed - at)).limit(from + n));
            hashed = at + n;
        }
        return n;
    }

    @Override
    public int write(ByteBuffer bytes) {
        throw new NonWritableChannelException();
    }

    @Override
    public long position() throws IOException {
        return in.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
        in.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return in.size();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return in.isOpen();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
