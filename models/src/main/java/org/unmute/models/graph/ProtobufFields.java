package org.unmute.models.graph;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.unmute.files.LittleEndian;
import org.unmute.files.MalformedFileException;

/**
 * The fields of one message in protobuf's wire format, one after the other, without copies. Varints, lengths and 32-
 * and 64-bit numbers are read; groups, which ONNX does not use, are refused.
 */
final class ProtobufFields {
    /** A field that is a varint. */
    static final int VARINT = 0;
    /** A field of 8 bytes. */
    static final int FIXED64 = 1;
    /** A field of bytes, a text or a message. */
    static final int LENGTH_DELIMITED = 2;
    /** A field of 4 bytes. */
    static final int FIXED32 = 5;

    private static final int MAX_VARINT = 10;
    /** Of a list that is not packed, whose array is copied for each. */
    private static final int MAX_SINGLE = 1 << 13;

    private final String file;
    private final MemorySegment all;
    private final long end;
    private long at;
    private int field;
    private int wire;
    private long number;
    private long start;
    private long length;

    /**
     * @param file name for messages
     * @param all the whole file
     * @param start of the message
     * @param length of the message
     */
    ProtobufFields(String file, MemorySegment all, long start, long length) {
        this.file = file;
        this.all = all;
        this.at = start;
        this.end = start + length;
    }

    /** Moves to the next field; false after the last. */
    boolean next() throws MalformedFileException {
        if (at == end) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        wire = (int) tag & 7;
        if (tag >>> 32 != 0 || field == 0) {
            throw error("field-number", "a field has the number " + (tag >>> 3));
        }
        start = at;
        length = 0;
        switch (wire) {
            case VARINT -> number = varint();
            case FIXED64 -> length = Long.BYTES;
            case FIXED32 -> length = Integer.BYTES;
            case LENGTH_DELIMITED -> {
                length = varint();
                start = at;
            }
            default -> throw error("wire-type", "field " + field + " has the wire type " + wire);
        }
        if (length < 0 || length > end - at) {
            throw error(
                    "past-end",
                    "field " + field + " has " + Long.toUnsignedString(length) + " bytes, " + (end - at) + " follow");
        }
        at += length;
        return true;
    }

    /** Number of the field. */
    int field() {
        return field;
    }

    /** Its wire type. */
    int wire() {
        return wire;
    }

    /** Where the bytes of the field begin. */
    long start() {
        return start;
    }

    /** How many there are. */
    long length() {
        return length;
    }

    /** The number of a field that is a varint. */
    long number() throws MalformedFileException {
        require(VARINT);
        return number;
    }

    /** The bytes of a field. */
    MemorySegment bytes() throws MalformedFileException {
        require(LENGTH_DELIMITED);
        return all.asSlice(start, length);
    }

    /** The fields of a message. */
    ProtobufFields message() throws MalformedFileException {
        require(LENGTH_DELIMITED);
        return new ProtobufFields(file, all, start, length);
    }

    /** A text of at most so many bytes. */
    String text(int most) throws MalformedFileException {
        require(LENGTH_DELIMITED);
        if (length > most) {
            throw error("text-too-long", "a text has " + length + " bytes, at most " + most + " are accepted");
        }
        byte[] bytes = all.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw error("not-utf-8", "a text is not UTF-8");
        }
    }

    /** Appends the varints of a packed field, or the one of a field that is not packed. */
    void numbers(LongList to) throws MalformedFileException {
        if (wire == VARINT) {
            to.add(this, number);
            return;
        }
        require(LENGTH_DELIMITED);
        ProtobufFields packed = new ProtobufFields(file, all, start, length);
        while (packed.at < packed.end) {
            to.add(this, packed.varint());
        }
    }

    /** Numbers followed by those of this field, packed or not. */
    long[] varints(long[] before) throws MalformedFileException {
        requireFew(before.length);
        if (wire == VARINT) {
            long[] all = Arrays.copyOf(before, before.length + 1);
            all[before.length] = number;
            return all;
        }
        require(LENGTH_DELIMITED);
        ProtobufFields packed = new ProtobufFields(file, all, start, length);
        // A varint has at least one byte.
        long[] all = Arrays.copyOf(before, Math.addExact(before.length, Math.toIntExact(length)));
        int size = before.length;
        while (packed.at < packed.end) {
            all[size++] = packed.varint();
        }
        return Arrays.copyOf(all, size);
    }

    /** The number of a field of 4 bytes. */
    float real() throws MalformedFileException {
        require(FIXED32);
        return all.get(LittleEndian.FLOAT, start);
    }

    /** Numbers followed by those of this field, packed or not. */
    float[] reals(float[] before) throws MalformedFileException {
        if (wire != FIXED32) {
            require(LENGTH_DELIMITED);
        }
        requireFew(before.length);
        int count = Math.toIntExact(length / Float.BYTES);
        float[] joined = Arrays.copyOf(before, Math.addExact(before.length, count));
        MemorySegment.copy(all, LittleEndian.FLOAT, start, joined, before.length, count);
        return joined;
    }

    private void requireFew(int before) throws MalformedFileException {
        if (before > MAX_SINGLE) {
            throw error("too-many-numbers", "a list of numbers is in more than " + MAX_SINGLE + " pieces");
        }
    }

    /** A short list of numbers. */
    static final class LongList {
        private final long[] values;
        private int size;

        LongList(int most) {
            values = new long[most];
        }

        private void add(ProtobufFields from, long value) throws MalformedFileException {
            if (size == values.length) {
                throw from.error("too-many-axes", "a tensor has more than " + values.length + " axes");
            }
            values[size++] = value;
        }

        long[] toArray() {
            return Arrays.copyOf(values, size);
        }
    }

    private void require(int expected) throws MalformedFileException {
        if (wire != expected) {
            throw error("wire-type", "field " + field + " has the wire type " + wire + ", expected is " + expected);
        }
    }

    private long varint() throws MalformedFileException {
        long value = 0;
        for (int i = 0; i < MAX_VARINT; i++) {
            if (at == end) {
                throw error("past-end", "the file ends within a number: it may be cut short");
            }
            byte b = all.get(ValueLayout.JAVA_BYTE, at++);
            value |= (long) (b & 0x7F) << 7 * i;
            if (b >= 0) {
                return value;
            }
        }
        throw error("varint", "a number has more than " + MAX_VARINT + " bytes");
    }

    MalformedFileException error(String rule, String detail) {
        return new MalformedFileException(file, at, rule, detail);
    }
}
