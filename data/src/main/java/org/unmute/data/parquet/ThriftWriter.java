package org.unmute.data.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes structures in Thrift's compact protocol. */
final class ThriftWriter {
    private static final int STRUCT = 12;

    private ThriftWriter() {}

    /**
     * A structure.
     *
     * @param fields number and value of each field, in ascending order: an {@link Integer}, {@link Long}, {@link
     *     String}, structure, or {@link List} of one of these; null leaves the field out
     */
    static byte[] struct(Object... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int last = 0;
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i + 1] != null) {
                int field = (Integer) fields[i];
                out.write(field - last << 4 | type(fields[i + 1]));
                write(out, fields[i + 1]);
                last = field;
            }
        }
        out.write(0);
        return out.toByteArray();
    }

    private static int type(Object value) {
        return switch (value) {
            case Integer _ -> 5;
            case Long _ -> 6;
            case String _ -> 8;
            case List<?> _ -> 9;
            case byte[] _ -> STRUCT;
            default -> throw new AssertionError(value.getClass());
        };
    }

    private static void write(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case Number number -> varint(out, number.longValue() << 1 ^ number.longValue() >> 63);
            case byte[] struct -> out.writeBytes(struct);
            case List<?> list -> {
                int type = list.isEmpty() ? STRUCT : type(list.getFirst());
                if (list.size() < 15) {
                    out.write(list.size() << 4 | type);
                } else {
                    out.write(0xF0 | type);
                    varint(out, list.size());
                }
                list.forEach(element -> write(out, element));
            }
            default -> {
                byte[] text = ((String) value).getBytes(StandardCharsets.UTF_8);
                varint(out, text.length);
                out.writeBytes(text);
            }
        }
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

    /** A number in four bytes, the lowest first. */
    static byte[] little(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    }
}
