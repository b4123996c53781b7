package org.unmute.data.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Writes structures in Thrift's compact protocol; the fields of each must be in ascending order. */
final class ThriftWriter {
    private static final int I32 = 5;
    private static final int I64 = 6;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int STRUCT = 12;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    /** The last field of each open structure. */
    private final Deque<Integer> last = new ArrayDeque<>();

    ThriftWriter() {
        last.push(0);
    }

    private void head(int field, int type) {
        int delta = field - last.pop();
        last.push(field);
        if (delta > 15) {
            throw new AssertionError("fields of Parquet's structures are closer");
        }
        out.write(delta << 4 | type);
    }

    ThriftWriter i32(int field, int value) {
        head(field, I32);
        zigzag(value);
        return this;
    }

    ThriftWriter i64(int field, long value) {
        head(field, I64);
        zigzag(value);
        return this;
    }

    ThriftWriter text(int field, String value) {
        head(field, BINARY);
        binary(value);
        return this;
    }

    ThriftWriter begin(int field) {
        head(field, STRUCT);
        last.push(0);
        return this;
    }

    /** Ends the innermost open structure, the outermost one last. */
    ThriftWriter end() {
        out.write(0);
        last.pop();
        return this;
    }

    /** Begins a list of structures. Each of them starts with {@link #element} and must be ended. */
    ThriftWriter structs(int field, int size) {
        head(field, LIST);
        size(size, STRUCT);
        return this;
    }

    ThriftWriter element() {
        last.push(0);
        return this;
    }

    ThriftWriter numbers(int field, int... values) {
        head(field, LIST);
        size(values.length, I32);
        for (int value : values) {
            zigzag(value);
        }
        return this;
    }

    ThriftWriter texts(int field, Iterable<String> values, int size) {
        head(field, LIST);
        size(size, BINARY);
        values.forEach(this::binary);
        return this;
    }

    private void size(int size, int type) {
        if (size < 15) {
            out.write(size << 4 | type);
        } else {
            out.write(0xF0 | type);
            varint(out, size);
        }
    }

    private void binary(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        varint(out, bytes.length);
        out.writeBytes(bytes);
    }

    private void zigzag(long value) {
        varint(out, value << 1 ^ value >> 63);
    }

    /** Writes an unsigned LEB128 number: groups of seven bits, lowest first. */
    static void varint(ByteArrayOutputStream out, long value) {
        long left = value;
        while ((left & ~0x7FL) != 0) {
            out.write((int) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
