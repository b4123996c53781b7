package org.unmute.data.parquet;

import org.unmute.files.MalformedFileException;

/** Decodes small integers in Parquet's hybrid encoding: runs of one value, and groups of eight bit-packed values. */
final class HybridDecoder {
    private final Bytes in;
    private final int bits;
    private long run;
    private int same;
    /** Number of packed values left, and the bits of them that were read from {@code in} but not used. */
    private long packed;

    private long held;
    private int heldBits;

    /** @param bits width of a value, 0 to 32 */
    HybridDecoder(Bytes in, int bits) throws MalformedFileException {
        if (bits < 0 || bits > 32) {
            throw in.wrong("bad-page", "numbers of " + bits + " bits");
        }
        this.in = in;
        this.bits = bits;
    }

    int next() throws MalformedFileException {
        while (run == 0 && packed == 0) {
            begin();
        }
        if (run > 0) {
            run--;
            return same;
        }
        packed--;
        while (heldBits < bits) {
            held |= (long) in.u8() << heldBits;
            heldBits += 8;
        }
        int value = (int) (held & (1L << bits) - 1);
        held >>>= bits;
        heldBits -= bits;
        return value;
    }

    private void begin() throws MalformedFileException {
        int head = in.size();
        if ((head & 1) == 0) {
            run = head >>> 1;
            same = (int) in.little((bits + 7) / 8);
            if (bits < 32 && same >>> bits != 0) {
                throw in.wrong("bad-page", "a run of " + Integer.toUnsignedString(same) + " in " + bits + " bits");
            }
        } else {
            packed = 8L * (head >>> 1);
            held = 0;
            heldBits = 0;
        }
    }
}
