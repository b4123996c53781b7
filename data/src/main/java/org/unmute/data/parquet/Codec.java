package org.unmute.data.parquet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Compression of pages, in the order of the codec numbers in the format. */
enum Codec {
    NONE,
    SNAPPY,
    GZIP,
    LZO,
    BROTLI,
    LZ4,
    ZSTD,
    LZ4_RAW;

    static Codec of(long number) {
        if (number < 0 || number >= values().length) {
            throw new BrokenRuleException("unknown-compression", "the unknown compression " + number);
        }
        return values()[(int) number];
    }

    /** Decompresses the rest of {@code in} to a page of {@code size} bytes. */
    Bytes decompress(Bytes in, int size) {
        byte[] out = new byte[size];
        int got = switch (this) {
            case NONE -> literal(in, out, 0, in.remaining());
            case SNAPPY -> snappy(in, out);
            case GZIP -> gzip(in, out);
            case ZSTD -> Zstd.decompress(in, out);
            case LZO, BROTLI, LZ4, LZ4_RAW ->
                throw new BrokenRuleException(
                        "unread-compression",
                        "compressed by " + this
                                + ", which is not read: write the file again with snappy, zstd or gzip");
        };
        if (got != size) {
            throw new BrokenRuleException("bad-page", "unpacked, it has not the " + size + " bytes that are stated");
        }
        return new Bytes(out);
    }

    private static int gzip(Bytes in, byte[] out) {
        byte[] packed = in.array(in.remaining());
        try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            int got = stream.readNBytes(out, 0, out.length);
            return stream.read() < 0 ? got : -1;
        } catch (IOException e) {
            throw new BrokenRuleException("bad-compression", "damaged gzip data: " + e.getMessage());
        }
    }

    /** Snappy's raw format: a size, followed by literals and copies of earlier output. */
    private static int snappy(Bytes in, byte[] out) {
        int size = in.size();
        int at = 0;
        while (in.remaining() > 0) {
            int tag = in.u8();
            int length = (tag >>> 2) + 1;
            if ((tag & 3) == 0) {
                long literal = length <= 60 ? length : in.little(length - 60) + 1;
                at = literal(in, out, at, literal);
                continue;
            }
            long back;
            if ((tag & 3) == 1) {
                length = (tag >>> 2 & 7) + 4;
                back = (long) (tag & 0xE0) << 3 | in.u8();
            } else {
                back = in.little((tag & 3) == 2 ? 2 : 4);
            }
            copy(out, at, back, length);
            at += length;
        }
        return at == size ? at : -1;
    }

    /** Copies bytes from {@code in}; returns the index after them. */
    static int literal(Bytes in, byte[] out, int at, long length) {
        if (length > out.length - at) {
            throw new BrokenRuleException("bad-compression", length + " bytes more at " + at + " of " + out.length);
        }
        in.copyTo(out, at, (int) length);
        return at + (int) length;
    }

    /** Copies from {@code back} bytes earlier; if source and target overlap, the bytes repeat. */
    static void copy(byte[] out, int at, long back, int length) {
        if (back <= 0 || back > at || length > out.length - at) {
            throw new BrokenRuleException(
                    "bad-compression",
                    "a copy of " + length + " bytes from " + back + " bytes before, at " + at + " of " + out.length);
        }
        if (back >= length) {
            System.arraycopy(out, at - (int) back, out, at, length);
        } else {
            for (int i = at; i < at + length; i++) {
                out[i] = out[i - (int) back];
            }
        }
    }
}
