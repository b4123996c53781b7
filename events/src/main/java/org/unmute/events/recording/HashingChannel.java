package org.unmute.events.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.unmute.files.Sha256;

/** Hashes a file while it is read in any order, so that decoding and hashing share one pass. Not thread-safe. */
public class HashingChannel implements SeekableByteChannel {
    private static final int BUFFER = 1 << 16;
    /**
     * Number of bytes that a decoder may skip, such as padding and pictures, without having the rest read again for the
     * digest.
     */
    private static final long MAX_SKIPPED = 1L << 24;

    private final SeekableByteChannel in;
    private final MessageDigest digest = Sha256.digest();
    /** Number of bytes from the start of the file that have been added to the digest. */
    private long hashed;

    /** @param in channel of the whole file; closed with this channel */
    public HashingChannel(SeekableByteChannel in) {
        this.in = in;
    }

    /**
     * The SHA-256 of the whole file. Only bytes that were not read before are read now. May be called once.
     *
     * @return lower-case hexadecimal
     */
    public String sha256() throws IOException {
        hashUpTo(Long.MAX_VALUE);
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * The leading bytes of a file.
     *
     * @param bytes  number of bytes
     * @param sha256 digest of these bytes, lower-case hexadecimal
     */
    public record Beginning(long bytes, String sha256) {}

    /** The bytes up to the current position, and possibly more. Bytes that were not read before are read now. */
    public Beginning beginning() throws IOException {
        long at = in.position();
        if (at > hashed) {
            hashUpTo(at);
            in.position(at);
        }
        return new Beginning(hashed, sofar());
    }

    /** Whether the file begins with these bytes. Reads them if needed and moves to the start of the file. */
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

    /** Leaves the channel's position at the end of the hashed bytes. */
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
