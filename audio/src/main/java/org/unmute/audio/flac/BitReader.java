package org.unmute.audio.flac;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.unmute.audio.AudioSource;

/**
 * Reads bits of a source, most significant first, through a buffer of fixed size. Each read loads eight bytes, so at
 * least 57 bits follow the current position, whatever its offset within a byte. Reading past the end of the source
 * throws {@link InvalidFrameException}.
 */
final class BitReader {
    /** Size of the buffer in bytes; a multiple of the longest header. */
    static final int CAPACITY = 1 << 16;
    /** Zero bytes after the last byte, for eight-byte loads. */
    private static final int PADDING = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    private final AudioSource source;
    private final byte[] buffer = new byte[CAPACITY + PADDING];
    /** Position of the buffer's first byte in the source. */
    private long start;

    private int filled;
    /** Position in the buffer, in bits. */
    private int bit;

    /** Position in the source that a frame may not pass. */
    private long fence = Long.MAX_VALUE;

    private int crc;
    /** The byte of the buffer up to which {@link #crc} covers the bytes read. */
    private int crcFrom;

    BitReader(AudioSource source) {
        this.source = source;
        this.start = source.position();
    }

    /** Position in the source of the byte that contains the next bit. */
    long position() {
        return start + (bit >>> 3);
    }

    /** Moves to a byte of the source. */
    void position(long at) throws IOException {
        if (at < start || at > start + filled) {
            source.seek(at);
            start = at;
            filled = 0;
            Arrays.fill(buffer, 0, PADDING, (byte) 0);
        }
        bit = (int) (at - start) * 8;
        startChecksum();
    }

    /**
     * Sets the position before which the next frame must end, give or take the rest of the buffer. Reading further
     * throws {@link InvalidFrameException}.
     */
    void fence(long position) {
        fence = position;
    }

    /** Restarts the CRC-16 at the next byte. */
    void startChecksum() {
        crc = 0;
        crcFrom = bit >>> 3;
    }

    /** CRC-16 of the bytes since {@link #startChecksum}. */
    int checksum() {
        crc = Crc.crc16(crc, buffer, crcFrom, bit >>> 3);
        crcFrom = bit >>> 3;
        return crc;
    }

    /** Skips to the next byte boundary. The skipped bits must be 0. */
    void align() throws InvalidFrameException {
        int rest = -bit & 7;
        if (rest > 0 && (buffer[bit >>> 3] & (1 << rest) - 1) != 0) {
            throw new InvalidFrameException("the bits that fill its last byte are not zero");
        }
        bit += rest;
    }

    /**
     * Makes bytes available in {@link #buffer}, starting at {@link #offset}.
     *
     * @param count at most half of {@link #CAPACITY}
     * @return the number of bytes available, which is less than {@code count} only at the end of the source
     */
    int require(int count) throws IOException {
        if (filled - (bit >>> 3) < count) {
            fill();
        }
        return filled - (bit >>> 3);
    }

    byte[] buffer() {
        return buffer;
    }

    /** Position of the next byte in {@link #buffer}. */
    int offset() {
        return bit >>> 3;
    }

    /** Skips bytes that {@link #require} made available. */
    void skip(int bytes) {
        bit += 8 * bytes;
    }

    /** Moves the remaining bytes to the front and reads more; false if there are no more. */
    private boolean fill() throws IOException {
        if (position() > fence) {
            throw new InvalidFrameException("it does not end before byte " + fence);
        }
        int at = bit >>> 3;
        checksum();
        System.arraycopy(buffer, at, buffer, 0, filled - at);
        start += at;
        filled -= at;
        bit &= 7;
        crcFrom = 0;
        int got = source.read(buffer, filled, CAPACITY - filled);
        filled += got;
        Arrays.fill(buffer, filled, filled + PADDING, (byte) 0);
        return got > 0;
    }

    private void need(int bits) throws IOException {
        while (8 * filled - bit < bits) {
            if (!fill()) {
                throw new InvalidFrameException("the file ends inside it");
            }
        }
    }

    private long load() {
        return (long) LONG.get(buffer, bit >>> 3) << (bit & 7);
    }

    /** @param count 1 to 57 */
    long unsigned(int count) throws IOException {
        need(count);
        long value = load() >>> 64 - count;
        bit += count;
        return value;
    }

    /** Reads a two's complement number. @param count 1 to 57 */
    long signed(int count) throws IOException {
        need(count);
        long value = load() >> 64 - count;
        bit += count;
        return value;
    }

    /**
     * Reads zeros up to and including the next one bit, and returns the number of zeros.
     *
     * @throws InvalidFrameException if there are more than {@code max}
     */
    long zeros(long max) throws IOException {
        long zeros = 0;
        while (true) {
            need(1);
            int available = Math.min(57, 8 * filled - bit);
            int leading = Long.numberOfLeadingZeros(load());
            if (leading < available) {
                zeros += leading;
                bit += leading + 1;
            } else {
                zeros += available;
                bit += available;
            }
            if (zeros > max) {
                throw new InvalidFrameException("a run of zeros is longer than " + max);
            }
            if (leading < available) {
                return zeros;
            }
        }
    }

    /**
     * Decodes Rice codes (RFC 9639, section 9.2.7.2).
     *
     * @param out receives residuals at {@code from} (inclusive) to {@code to} (exclusive). Modified.
     * @param k the Rice parameter, 0 to 30
     */
    void rice(int[] out, int from, int to, int k) throws IOException {
        int i = from;
        // For k up to 26, a quotient that fits into 57 bits together with its remainder gives a value below 2^31.
        boolean fast = k <= 26;
        while (i < to) {
            int safe = fast ? 8 * filled - 64 : -1;
            int p = bit;
            while (i < to && p <= safe) {
                long window = (long) LONG.get(buffer, p >>> 3) << (p & 7);
                int quotient = Long.numberOfLeadingZeros(window);
                int used = quotient + 1 + k;
                if (used > 57) {
                    break;
                }
                int folded = quotient << k | (int) (window << quotient << 1 >>> 1 >>> 63 - k);
                out[i++] = folded >>> 1 ^ -(folded & 1);
                p += used;
            }
            bit = p;
            if (i < to) {
                long quotient = zeros(0xFFFFFFFFL >>> k);
                long folded = quotient << k | (k == 0 ? 0 : unsigned(k));
                out[i++] = (int) (folded >>> 1 ^ -(folded & 1));
            }
        }
    }
}
