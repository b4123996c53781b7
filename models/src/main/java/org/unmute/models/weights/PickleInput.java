package org.unmute.models.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.unmute.files.LittleEndian;
import org.unmute.files.MalformedFileException;

/** Reads the bytes of a pickle and tracks their position in the file. */
final class PickleInput {
    private static final ValueLayout.OfDouble BIG_ENDIAN_DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final String file;
    private final MemorySegment bytes;
    private final long base;
    private long at;
    private long opcodeAt;
    private long pickleAt;
    private long longest;

    /**
     * @param bytes the pickle, possibly followed by other data
     * @param base  offset of these bytes in the file
     */
    PickleInput(String file, MemorySegment bytes, long base) {
        this.file = file;
        this.bytes = bytes;
        this.base = base;
        this.longest = bytes.byteSize();
    }

    /** Starts a pickle of limited length; the storages after it may have any length. */
    void begin(long max) {
        pickleAt = at;
        longest = max;
    }

    MalformedFileException error(String rule, String detail) {
        return new MalformedFileException(file, base + opcodeAt, null, rule, detail);
    }

    /** File offset of the current opcode. */
    long opcodeOffset() {
        return base + opcodeAt;
    }

    /** File offset of the next byte. */
    long offset() {
        return base + at;
    }

    long remaining() {
        return bytes.byteSize() - at;
    }

    int opcode() throws MalformedFileException {
        opcodeAt = at;
        if (remaining() == 0) {
            throw error("pickle-cut-short", "the pickle ends without STOP: the file may be cut short");
        }
        return u8();
    }

    private long take(long n) throws MalformedFileException {
        if (n < 0 || n > remaining()) {
            throw error(
                    "pickle-cut-short",
                    "an opcode needs " + Long.toUnsignedString(n) + " bytes, but only " + remaining() + " follow");
        }
        if (n > longest - (at - pickleAt)) {
            throw error("pickle-too-long", "the pickle is longer than " + longest + " bytes");
        }
        long from = at;
        at += n;
        return from;
    }

    int u8() throws MalformedFileException {
        return bytes.get(ValueLayout.JAVA_BYTE, take(1)) & 0xFF;
    }

    int u16() throws MalformedFileException {
        return bytes.get(LittleEndian.SHORT, take(2)) & 0xFFFF;
    }

    int i32() throws MalformedFileException {
        return bytes.get(LittleEndian.INT, take(4));
    }

    long i64() throws MalformedFileException {
        return bytes.get(LittleEndian.LONG, take(8));
    }

    double f64() throws MalformedFileException {
        return bytes.get(BIG_ENDIAN_DOUBLE, take(8));
    }

    byte[] bytes(long n) throws MalformedFileException {
        return bytes.asSlice(take(n), n).toArray(ValueLayout.JAVA_BYTE);
    }

    String utf8(long n) throws MalformedFileException {
        String text = utf8OrNull(bytes(n));
        if (text == null) {
            throw error("bad-utf8", "a string is not UTF-8");
        }
        return text;
    }

    /** Decodes UTF-8; null if the bytes are not valid UTF-8. */
    static @Nullable String utf8OrNull(byte[] raw) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Text up to the next line feed, which is consumed but not returned. */
    String line(int max) throws MalformedFileException {
        long end = at;
        while (end < bytes.byteSize() && end - at <= max && bytes.get(ValueLayout.JAVA_BYTE, end) != '\n') {
            end++;
        }
        if (end == bytes.byteSize() || end - at > max) {
            throw error("bad-global", "a name does not end within " + max + " bytes");
        }
        String text = utf8(end - at);
        at++;
        return text;
    }
}
