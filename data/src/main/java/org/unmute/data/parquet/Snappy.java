package org.unmute.data.parquet;

import org.unmute.files.MalformedFileException;

/** Decompresses Snappy's raw format: a size, followed by literals and copies of earlier output. */
final class Snappy {
    private Snappy() {}

    /** See {@link Codec#decompress}. */
    static void decompress(Bytes in, byte[] out, int size) throws MalformedFileException {
        int stated = in.size();
        if (stated != size) {
            throw in.wrong("bad-compression", "Snappy states " + stated + " bytes, the page " + size);
        }
        int at = 0;
        while (in.remaining() > 0) {
            int tag = in.u8();
            int length;
            long back;
            switch (tag & 3) {
                case 0 -> {
                    int high = tag >>> 2;
                    long literal = high < 60 ? high + 1 : in.little(high - 59) + 1;
                    if (literal > size - at) {
                        throw in.wrong(
                                "bad-compression", "a literal of " + literal + " bytes at " + at + " of " + size);
                    }
                    in.copyTo(out, at, (int) literal);
                    at += (int) literal;
                    continue;
                }
                case 1 -> {
                    length = (tag >>> 2 & 7) + 4;
                    back = (long) (tag & 0xE0) << 3 | in.u8();
                }
                case 2 -> {
                    length = (tag >>> 2) + 1;
                    back = in.little(2);
                }
                default -> {
                    length = (tag >>> 2) + 1;
                    back = in.little(4);
                }
            }
            if (back == 0 || back > at || length > size - at) {
                throw in.wrong(
                        "bad-compression",
                        "a copy of " + length + " bytes from " + back + " bytes before, at " + at + " of " + size);
            }
            copy(out, at, (int) back, length);
            at += length;
        }
        if (at != size) {
            throw in.wrong("bad-compression", "Snappy ends after " + at + " of " + size + " bytes");
        }
    }

    /** Copies from {@code back} bytes earlier; if source and target overlap, the bytes repeat. */
    static void copy(byte[] out, int at, int back, int length) {
        if (back >= length) {
            System.arraycopy(out, at - back, out, at, length);
        } else {
            for (int i = at; i < at + length; i++) {
                out[i] = out[i - back];
            }
        }
    }
}
