package org.unmute.events.recording;

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

    /**
     * The first bytes of a file.
     *
     * @param bytes  how many
     * @param sha256 of these, lower-case hexadecimal
     */
    public record Beginning(long bytes, String sha256) {}

    /** All bytes before the position, and perhaps more. Those that were not read are read now. */
    public Beginning beginning() throws IOException {
        long at = in.position();
        if (at > hashed) {
            hashUpTo(at);
            in.position(at);
        }
        return new Beginning(hashed, sofar());
    }

    /** Whether the file begins with these bytes. Reads them, if they were not read, and goes to the start. */
    public boolean beginsWith(Beginning other) throws IOException {
        hashUpTo(other.bytes());
        in.position(0);
        return hashed == other.bytes() && sofar().equals(other.sha256());
    }

    private String sofar() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
        }
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
