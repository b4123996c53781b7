package org.unmute.audio.flac;

import org.jspecify.annotations.Nullable;

/**
 * A frame's header (RFC 9639, section 9.1).
 *
 * @param length length of the header in bytes, including the CRC-8
 * @param variable whether the block size may vary, so that {@code number} counts samples
 * @param blockSize samples per channel, 1 to 65,535
 * @param assignment 0 to 7 for 1 to 8 independent channels; or {@link #LEFT_SIDE}, {@link #SIDE_RIGHT} or {@link
 *     #MID_SIDE}
 * @param number number of the frame, or of its first sample
 */
record FrameHeader(int length, boolean variable, int blockSize, int assignment, long number) {
    static final int LEFT_SIDE = 8;
    static final int SIDE_RIGHT = 9;
    static final int MID_SIDE = 10;
    /** Length of the longest header in bytes. */
    static final int MAX_LENGTH = 16;

    private static final int MAX_BLOCK = 65_535;
    private static final int[] RATES = {
        0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000
    };
    private static final int[] BITS = {0, 8, 12, -1, 16, 20, 24, 32};

    int channels() {
        return assignment < LEFT_SIDE ? assignment + 1 : 2;
    }

    /**
     * Parses a header and checks it, including against STREAMINFO, which applies to the whole file.
     *
     * @param limit end of the bytes that may be read
     * @throws InvalidFrameException if the bytes are not a valid header
     */
    static FrameHeader parse(byte[] bytes, int from, int limit, @Nullable StreamInfo info)
            throws InvalidFrameException {
        Cursor in = new Cursor(bytes, from, limit);
        int sync = in.next() << 8 | in.next();
        if (sync >>> 1 != 0xFFF8 >>> 1) {
            throw new InvalidFrameException(
                    sync >>> 2 == 0xFFF8 >>> 2 ? "a reserved bit after its sync code is set" : "no sync code is there");
        }
        int sizes = in.next();
        int shape = in.next();
        if ((shape & 1) != 0) {
            throw new InvalidFrameException("the reserved last bit of its header is set");
        }
        int assignment = shape >>> 4;
        if (assignment > MID_SIDE) {
            throw new InvalidFrameException("channel assignment " + assignment + " is reserved");
        }
        long number = number(in);
        int blockSize = blockSize(sizes >>> 4, in);
        int rate = rate(sizes & 15, in, info);
        int bits = BITS[shape >>> 1 & 7];
        int length = in.at - from + 1;
        if (in.next() != Crc.crc8(bytes, from, from + length - 1)) {
            throw new InvalidFrameException("the checksum of its header is wrong");
        }
        FrameHeader header = new FrameHeader(length, (sync & 1) != 0, blockSize, assignment, number);
        header.requireSame("channels", header.channels(), info.channels());
        header.requireSame("bits", bits == 0 ? info.bits() : bits, info.bits());
        header.requireSame("Hz", rate, info.sampleRate());
        return header;
    }

    private void requireSame(String unit, int here, int stated) throws InvalidFrameException {
        if (here < 0) {
            throw new InvalidFrameException("its number of " + unit + " is reserved");
        }
        if (here != stated) {
            throw new InvalidFrameException(
                    "it has " + here + " " + unit + ", but the file states " + stated + " for all of it");
        }
    }

    private static int blockSize(int code, Cursor in) throws InvalidFrameException {
        int size = switch (code) {
            case 0 -> throw new InvalidFrameException("block size code 0 is reserved");
            case 1 -> 192;
            case 2, 3, 4, 5 -> 144 << code;
            case 6 -> in.next() + 1;
            case 7 -> (in.next() << 8 | in.next()) + 1;
            default -> 1 << code;
        };
        if (size > MAX_BLOCK) {
            throw new InvalidFrameException("its block of " + size + " samples is longer than " + MAX_BLOCK);
        }
        return size;
    }

    private static int rate(int code, Cursor in, @Nullable StreamInfo info) throws InvalidFrameException {
        return switch (code) {
            case 0 -> info.sampleRate();
            case 12 -> in.next() * 1000;
            case 13 -> in.next() << 8 | in.next();
            case 14 -> (in.next() << 8 | in.next()) * 10;
            case 15 -> throw new InvalidFrameException("sample rate code 15 is forbidden");
            default -> RATES[code];
        };
    }

    /** Reads the coded number (section 9.1.5), of at most 36 bits, which extends the scheme of UTF-8 to seven bytes. */
    private static long number(Cursor in) throws InvalidFrameException {
        int first = in.next();
        int ones = Integer.numberOfLeadingZeros(~(first << 24));
        if (ones == 1 || ones > 7) {
            throw new InvalidFrameException("its number begins with byte " + first);
        }
        long value = first & 0xFF >>> ones + 1;
        for (int i = 1; i < ones; i++) {
            int next = in.next();
            if (next >>> 6 != 2) {
                throw new InvalidFrameException("its number goes on with byte " + next);
            }
            value = value << 6 | next & 0x3F;
        }
        return value;
    }

    /** A read position in an array. */
    private static final class Cursor {
        private final byte[] bytes;
        private final int limit;
        private int at;

        Cursor(byte[] bytes, int at, int limit) {
            this.bytes = bytes;
            this.at = at;
            this.limit = limit;
        }

        int next() throws InvalidFrameException {
            if (at >= limit) {
                throw new InvalidFrameException("the file ends inside its header");
            }
            return bytes[at++] & 0xFF;
        }
    }
}
