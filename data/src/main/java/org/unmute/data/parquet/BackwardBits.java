package org.unmute.data.parquet;

import org.unmute.files.MalformedFileException;

/** Reads bits from last to first, as Zstandard writes them; the highest set bit of the last byte is a marker. */
final class BackwardBits {
    private final Bytes in;
    private long left;

    BackwardBits(Bytes in) throws MalformedFileException {
        this.in = in;
        int size = in.remaining();
        int last = size == 0 ? 0 : in.peek(size - 1);
        if (last == 0) {
            throw in.wrong("bad-compression", "a Zstandard stream of bits without its end");
        }
        left = 8L * (size - 1) + 31 - Integer.numberOfLeadingZeros(last);
    }

    /** Number of bits left; negative if more were read than there were. */
    long left() {
        return left;
    }

    /** The next bits, the first one most significant; bits after the end are 0. */
    long peek(int bits) throws MalformedFileException {
        long value = 0;
        long to = left;
        for (int got = 0; got < bits; ) {
            if (to <= 0) {
                return value << bits - got;
            }
            int inByte = (int) ((to - 1 & 7) + 1);
            int take = Math.min(inByte, bits - got);
            int b = in.peek((int) (to - 1 >>> 3));
            value = value << take | b >>> inByte - take & (1 << take) - 1;
            got += take;
            to -= take;
        }
        return value;
    }

    void skip(int bits) {
        left -= bits;
    }

    /** Reads bits and requires that they exist. */
    long read(int bits) throws MalformedFileException {
        if (bits > left) {
            throw in.wrong("bad-compression", "a Zstandard stream ends too early");
        }
        long value = peek(bits);
        left -= bits;
        return value;
    }

    void requireEnd() throws MalformedFileException {
        if (left != 0) {
            throw in.wrong("bad-compression", "a Zstandard stream with " + left + " bits after its end");
        }
    }
}
