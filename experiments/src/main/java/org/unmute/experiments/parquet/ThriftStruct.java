package org.unmute.experiments.parquet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.tensor.io.MalformedFileException;

/**
 * A structure in Thrift's compact protocol, in which Parquet describes itself: values by the numbers of their fields.
 */
final class ThriftStruct {
    private static final int DEEPEST = 24;
    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int BYTE = 3;
    private static final int I64 = 6;
    private static final int DOUBLE = 7;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int SET = 10;
    private static final int MAP = 11;
    private static final int STRUCT = 12;

    private final Bytes in;
    private final Map<Integer, Object> fields = new HashMap<>(8);

    private ThriftStruct(Bytes in) {
        this.in = in;
    }

    /** Reads a structure and what is in it. */
    static ThriftStruct read(Bytes in) throws MalformedFileException {
        return read(in, 0);
    }

    private static ThriftStruct read(Bytes in, int depth) throws MalformedFileException {
        if (depth > DEEPEST) {
            throw in.wrong("too-deep", "structures nested deeper than " + DEEPEST + " levels");
        }
        ThriftStruct struct = new ThriftStruct(in);
        long field = 0;
        for (int head = in.u8(); head != 0; head = in.u8()) {
            int delta = head >>> 4;
            field = delta == 0 ? in.zigzag() : field + delta;
            if (field < 0 || field > Short.MAX_VALUE) {
                throw in.wrong("bad-field", "a field with the number " + field);
            }
            int type = head & 0xF;
            Object value = type == TRUE || type == FALSE ? (Object) (type == TRUE) : value(in, type, depth);
            struct.fields.put((int) field, value);
        }
        return struct;
    }

    /** A value in a list or map, or one of a field that is not in its head. */
    private static Object value(Bytes in, int type, int depth) throws MalformedFileException {
        return switch (type) {
            case TRUE, FALSE -> in.u8() == TRUE;
            case BYTE -> (long) (byte) in.u8();
            case 4, 5, I64 -> in.zigzag();
            case DOUBLE -> Double.longBitsToDouble(in.i64());
            case BINARY -> in.array(in.size());
            case LIST, SET -> list(in, depth);
            case MAP -> map(in, depth);
            case STRUCT -> read(in, depth + 1);
            default -> throw in.wrong("bad-type", "a value of the unknown type " + type);
        };
    }

    private static List<Object> list(Bytes in, int depth) throws MalformedFileException {
        if (depth > DEEPEST) {
            throw in.wrong("too-deep", "lists nested deeper than " + DEEPEST + " levels");
        }
        int head = in.u8();
        int size = head >>> 4 == 15 ? in.size() : head >>> 4;
        requireRoom(in, size);
        List<Object> all = new ArrayList<>(Math.min(size, 64));
        for (int i = 0; i < size; i++) {
            all.add(value(in, head & 0xF, depth + 1));
        }
        return all;
    }

    /** Nothing of Parquet's is a map: it is passed over. */
    private static Object map(Bytes in, int depth) throws MalformedFileException {
        if (depth > DEEPEST) {
            throw in.wrong("too-deep", "maps nested deeper than " + DEEPEST + " levels");
        }
        int size = in.size();
        requireRoom(in, size);
        int types = size == 0 ? 0 : in.u8();
        for (int i = 0; i < size; i++) {
            value(in, types >>> 4, depth + 1);
            value(in, types & 0xF, depth + 1);
        }
        return Map.of();
    }

    /** An element takes at least a byte. */
    private static void requireRoom(Bytes in, int size) throws MalformedFileException {
        if (size > in.remaining()) {
            throw in.wrong("too-short", size + " elements are to follow in " + in.remaining() + " bytes");
        }
    }

    boolean has(int field) {
        return fields.containsKey(field);
    }

    private <T> T get(int field, String what, Class<T> type) throws MalformedFileException {
        Object value = fields.get(field);
        if (!type.isInstance(value)) {
            throw in.wrong(
                    "bad-metadata",
                    what + " (field " + field + ") is " + (value == null ? "missing" : "of another type"));
        }
        return type.cast(value);
    }

    /** A number of any width that must be there. */
    long number(int field, String what) throws MalformedFileException {
        return get(field, what, Long.class);
    }

    long number(int field, String what, long absent) throws MalformedFileException {
        return has(field) ? number(field, what) : absent;
    }

    /** A number that must be there and be from 0 to {@code max}. */
    long count(int field, String what, long max) throws MalformedFileException {
        long value = number(field, what);
        if (value < 0 || value > max) {
            throw in.wrong("bad-metadata", what + " is " + value + "; it can be 0 to " + max);
        }
        return value;
    }

    int count(int field, String what) throws MalformedFileException {
        return (int) count(field, what, Integer.MAX_VALUE);
    }

    boolean flag(int field, boolean absent) throws MalformedFileException {
        return has(field) ? get(field, "a flag", Boolean.class) : absent;
    }

    String text(int field, String what) throws MalformedFileException {
        return new String(get(field, what, byte[].class), StandardCharsets.UTF_8);
    }

    ThriftStruct struct(int field, String what) throws MalformedFileException {
        return get(field, what, ThriftStruct.class);
    }

    List<ThriftStruct> structs(int field, String what) throws MalformedFileException {
        return list(field, what, ThriftStruct.class);
    }

    List<byte[]> binaries(int field, String what) throws MalformedFileException {
        return list(field, what, byte[].class);
    }

    private <T> List<T> list(int field, String what, Class<T> type) throws MalformedFileException {
        List<T> all = new ArrayList<>();
        for (Object element : get(field, what, List.class)) {
            if (!type.isInstance(element)) {
                throw in.wrong("bad-metadata", "an element of " + what + " is of another type");
            }
            all.add(type.cast(element));
        }
        return all;
    }
}
