package org.unmute.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A part of a file in memory, read from front to back; reading beyond its end is {@link BrokenRuleException}. */
final class Bytes {
    final byte[] data;
    private final int end;
    private int at;

    Bytes(byte[] data) {
        this(data, 0, data.length);
    }

    private Bytes(byte[] data, int at, int end) {
        this.data = data;
        this.at = at;
        this.end = end;
    }

    /** Reads a part of a file. */
    static Bytes read(FileChannel in, long from, int size) throws IOException {
        ByteBuffer to = ByteBuffer.allocate(size);
        while (to.hasRemaining()) {
            if (in.read(to, from + to.position()) < 0) {
                throw new BrokenRuleException("too-short", "the file became shorter while it was read");
            }
        }
        return new Bytes(to.array());
    }

    /** Index in {@link #data} of the next byte. */
    int at() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    private int take(long bytes) {
        if (bytes < 0 || bytes > end - at) {
            throw new BrokenRuleException("too-short", bytes + " bytes are to follow, but there are " + (end - at));
        }
        int from = at;
        at += (int) bytes;
        return from;
    }

    /** Reads the next bytes as a separate part. */
    Bytes part(long bytes) {
        int from = take(bytes);
        return new Bytes(data, from, at);
    }

    /** The remaining bytes as a separate part, without advancing. */
    Bytes ahead() {
        return new Bytes(data, at, end);
    }

    int u8() {
        return data[take(1)] & 0xFF;
    }

    int i32() {
        return (int) little(4);
    }

    /** A little-endian number of up to eight bytes, zero-extended. */
    long little(int bytes) {
        int from = take(bytes);
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | data[from + i] & 0xFF;
        }
        return value;
    }

    /** A number of {@code width} bits that begins {@code from} bits ahead; the lowest bit of a byte is its first. */
    long bits(long from, int width) {
        long value = 0;
        for (int got = 0; got < width; ) {
            long index = at + (from + got >>> 3);
            if (index >= end) {
                throw new BrokenRuleException("too-short", "bits are to follow, but there are none left");
            }
            int shift = (int) (from + got) & 7;
            value |= (data[(int) index] & 0xFFL) >>> shift << got;
            got += 8 - shift;
        }
        return width == Long.SIZE ? value : value & (1L << width) - 1;
    }

    /** An unsigned LEB128 number: groups of seven bits, lowest first. */
    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new BrokenRuleException("bad-number", "a number of more than ten bytes");
    }

    /** A {@link #varint} that is used as a size. */
    int size() {
        long value = varint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new BrokenRuleException("bad-size", "a size of " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    /** A signed number in zigzag encoding: 0, -1, 1, -2, … */
    long zigzag() {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    byte[] array(int bytes) {
        int from = take(bytes);
        return Arrays.copyOfRange(data, from, at);
    }

    void copyTo(byte[] to, int offset, int bytes) {
        System.arraycopy(data, take(bytes), to, offset, bytes);
    }

    String utf8(int bytes) {
        int from = take(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data, from, bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BrokenRuleException("bad-utf8", "a text that is not UTF-8");
        }
    }
}
