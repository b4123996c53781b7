package org.unmute.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.unmute.files.MalformedFileException;

/** A part of a file in memory, read from front to back; reading beyond its end is reported as an error of the file. */
final class Bytes {
    private final String file;
    private final long place;
    private final boolean unpacked;
    private final byte[] data;
    private final int start;
    private final int end;
    private int at;

    /**
     * @param file     its name, for messages
     * @param place    position of the part in the file
     * @param unpacked whether it was compressed in the file, so that positions in it are not positions in the file
     */
    Bytes(String file, long place, boolean unpacked, byte[] data, int start, int end) {
        this.file = file;
        this.place = place;
        this.unpacked = unpacked;
        this.data = data;
        this.start = start;
        this.end = end;
        at = start;
    }

    /** Fills a buffer from a position in the file. */
    static void read(String file, FileChannel in, long from, ByteBuffer to) throws IOException {
        while (to.hasRemaining()) {
            if (in.read(to, from + to.position()) < 0) {
                throw new MalformedFileException(file, from, "too-short", "the file became shorter while it was read");
            }
        }
    }

    MalformedFileException wrong(String rule, String detail) {
        return new MalformedFileException(file, place + (unpacked ? 0 : at - start), rule, detail);
    }

    /** Position of this part in the file; for decompressed data, the position of its page. */
    long place() {
        return place;
    }

    /** Wraps bytes that were decompressed from these. */
    Bytes unpacked(byte[] bytes) {
        return new Bytes(file, place, true, bytes, 0, bytes.length);
    }

    int remaining() {
        return end - at;
    }

    /** Number of bytes read so far. */
    int read() {
        return at - start;
    }

    private int take(long bytes) throws MalformedFileException {
        if (bytes < 0 || bytes > end - at) {
            throw wrong("too-short", bytes + " bytes are to follow, but there are " + (end - at));
        }
        int from = at;
        at += (int) bytes;
        return from;
    }

    /** Reads the next bytes as a separate part. */
    Bytes part(long bytes) throws MalformedFileException {
        long where = unpacked ? place : place + at - start;
        int from = take(bytes);
        return new Bytes(file, where, unpacked, data, from, from + (int) bytes);
    }

    /** The bytes from offset {@code mark} up to the next one, as a separate part. */
    Bytes since(int mark) {
        return new Bytes(file, unpacked ? place : place + mark, unpacked, data, start + mark, at);
    }

    /** The remaining bytes as a separate part, without advancing. */
    Bytes ahead() {
        return new Bytes(file, unpacked ? place : place + at - start, unpacked, data, at, end);
    }

    /** The same part, to be read again from its start. */
    Bytes fromItsStart() {
        return new Bytes(file, place, unpacked, data, start, end);
    }

    void skip(long bytes) throws MalformedFileException {
        take(bytes);
    }

    int u8() throws MalformedFileException {
        return data[take(1)] & 0xFF;
    }

    int i32() throws MalformedFileException {
        return (int) little(4);
    }

    long i64() throws MalformedFileException {
        return little(8);
    }

    /** A little-endian number of up to eight bytes, zero-extended. */
    long little(int bytes) throws MalformedFileException {
        int from = take(bytes);
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | data[from + i] & 0xFF;
        }
        return value;
    }

    /** A byte ahead, without advancing. */
    int peek(int offset) throws MalformedFileException {
        if (offset < 0 || offset >= end - at) {
            throw wrong("too-short", "byte " + offset + " of " + (end - at) + " is asked for");
        }
        return data[at + offset] & 0xFF;
    }

    /** An unsigned LEB128 number: groups of seven bits, lowest first. */
    long varint() throws MalformedFileException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw wrong("bad-number", "a number of more than ten bytes");
    }

    /** A {@link #varint} that is used as a size. */
    int size() throws MalformedFileException {
        long value = varint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw wrong("bad-size", "a size of " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    /** A signed number in zigzag encoding: 0, -1, 1, -2, … */
    long zigzag() throws MalformedFileException {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    byte[] array(int bytes) throws MalformedFileException {
        int from = take(bytes);
        byte[] copy = new byte[bytes];
        System.arraycopy(data, from, copy, 0, bytes);
        return copy;
    }

    void copyTo(byte[] to, int offset, int bytes) throws MalformedFileException {
        System.arraycopy(data, take(bytes), to, offset, bytes);
    }

    /** The remaining bytes as a buffer. */
    ByteBuffer buffer() {
        return ByteBuffer.wrap(data, at, end - at);
    }

    String utf8(int bytes) throws MalformedFileException {
        int from = take(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data, from, bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wrong("bad-utf8", "a text that is not UTF-8");
        }
    }
}
