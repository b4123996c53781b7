package org.unmute.data.parquet;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.unmute.files.MalformedFileException;

/**
 * A structure in Thrift's compact protocol, which Parquet uses for its metadata: values by field number. Numbers and
 * flags are parsed at once; of texts, structures and lists only the position is kept until they are requested, so that
 * a structure takes little memory whatever it contains.
 */
final class ThriftStruct {
    private static final int DEEPEST = 24;
    /** Parquet's structures have no larger field numbers; fields with larger numbers are skipped. */
    private static final int MAX_FIELD = 63;

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

    /** A value that is not parsed until it is requested. */
    private record Unread(int type, Bytes bytes) {}

    private ThriftStruct(Bytes in) {
        this.in = in;
    }

    /** Reads a structure and skips nested values, which must be well-formed. */
    static ThriftStruct read(Bytes in) throws MalformedFileException {
        ThriftStruct struct = new ThriftStruct(in);
        fields(in, 0, struct.fields);
        return struct;
    }

    /** @param into receives the fields; null to skip them */
    private static void fields(Bytes in, int depth, Map<Integer, Object> into) throws MalformedFileException {
        if (depth > DEEPEST) {
            throw in.wrong("too-deep", "structures nested deeper than " + DEEPEST + " levels");
        }
        long field = 0;
        for (int head = in.u8(); head != 0; head = in.u8()) {
            int delta = head >>> 4;
            field = delta == 0 ? in.zigzag() : field + delta;
            if (field < 0 || field > Short.MAX_VALUE) {
                throw in.wrong("bad-field", "a field with the number " + field);
            }
            int type = head & 0xF;
            boolean wanted = into != null && field <= MAX_FIELD;
            if (type != TRUE && type != FALSE && !wanted) {
                pass(in, type, depth);
            } else if (wanted) {
                into.put((int) field, type == TRUE || type == FALSE ? (Object) (type == TRUE) : value(in, type, depth));
            }
        }
    }

    private static Object value(Bytes in, int type, int depth) throws MalformedFileException {
        return switch (type) {
            case BYTE -> (long) (byte) in.u8();
            case 4, 5, I64 -> in.zigzag();
            case BINARY -> new Unread(type, in.part(in.size()));
            default -> {
                int from = in.read();
                pass(in, type, depth);
                yield new Unread(type, in.since(from));
            }
        };
    }

    /** Skips a value in a list or map, or a field value that is not part of the field header. */
    private static void pass(Bytes in, int type, int depth) throws MalformedFileException {
        switch (type) {
            case TRUE, FALSE, BYTE -> in.skip(1);
            case 4, 5, I64 -> in.varint();
            case DOUBLE -> in.skip(Double.BYTES);
            case BINARY -> in.skip(in.size());
            case LIST, SET -> {
                requireShallow(in, depth, "lists");
                int head = in.u8();
                for (int left = listSize(in, head); left > 0; left--) {
                    pass(in, head & 0xF, depth + 1);
                }
            }
            case MAP -> {
                requireShallow(in, depth, "maps");
                int size = in.size();
                requireRoom(in, size);
                int types = size == 0 ? 0 : in.u8();
                for (int i = 0; i < size; i++) {
                    pass(in, types >>> 4, depth + 1);
                    pass(in, types & 0xF, depth + 1);
                }
            }
            case STRUCT -> fields(in, depth + 1, null);
            default -> throw in.wrong("bad-type", "a value of the unknown type " + type);
        }
    }

    private static void requireShallow(Bytes in, int depth, String what) throws MalformedFileException {
        if (depth > DEEPEST) {
            throw in.wrong("too-deep", what + " nested deeper than " + DEEPEST + " levels");
        }
    }

    /** @param head first byte of the list; the rest is read from {@code in} */
    private static int listSize(Bytes in, int head) throws MalformedFileException {
        int size = head >>> 4 == 15 ? in.size() : head >>> 4;
        requireRoom(in, size);
        return size;
    }

    /** Rejects sizes beyond the remaining bytes: an element takes at least one byte. */
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
            throw missing(field, what);
        }
        return type.cast(value);
    }

    private MalformedFileException missing(int field, String what) {
        return in.wrong(
                "bad-metadata", what + " (field " + field + ") is " + (has(field) ? "of another type" : "missing"));
    }

    /** The bytes of an unparsed value. */
    private Bytes unread(int field, String what, int type, int other) throws MalformedFileException {
        Unread value = get(field, what, Unread.class);
        if (value.type != type && value.type != other) {
            throw missing(field, what);
        }
        return value.bytes.fromItsStart();
    }

    /** A required number of any width. */
    long number(int field, String what) throws MalformedFileException {
        return get(field, what, Long.class);
    }

    long number(int field, String what, long absent) throws MalformedFileException {
        return has(field) ? number(field, what) : absent;
    }

    /** A required number from 0 to {@code max}. */
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

    /** Length in bytes of a required text. */
    int length(int field, String what) throws MalformedFileException {
        return unread(field, what, BINARY, BINARY).remaining();
    }

    String text(int field, String what) throws MalformedFileException {
        return text(unread(field, what, BINARY, BINARY));
    }

    private static String text(Bytes bytes) throws MalformedFileException {
        return new String(bytes.array(bytes.remaining()), StandardCharsets.UTF_8);
    }

    ThriftStruct struct(int field, String what) throws MalformedFileException {
        return read(unread(field, what, STRUCT, STRUCT));
    }

    /** A required list, whose elements are read one after the other. */
    Elements elements(int field, String what) throws MalformedFileException {
        return new Elements(unread(field, what, LIST, SET), what);
    }

    /** The elements of a list, which are not retained here. */
    static final class Elements {
        private final Bytes in;
        private final String what;
        private final int type;
        private final int size;
        private int read;

        private Elements(Bytes in, String what) throws MalformedFileException {
            this.in = in;
            this.what = what;
            int head = in.u8();
            type = head & 0xF;
            size = listSize(in, head);
        }

        int size() {
            return size;
        }

        boolean hasNext() {
            return read < size;
        }

        ThriftStruct struct() throws MalformedFileException {
            require(STRUCT);
            ThriftStruct struct = ThriftStruct.read(in.ahead());
            in.skip(struct.in.read());
            return struct;
        }

        String text() throws MalformedFileException {
            require(BINARY);
            return ThriftStruct.text(in.part(in.size()));
        }

        private void require(int wanted) throws MalformedFileException {
            if (type != wanted) {
                throw in.wrong("bad-metadata", "an element of " + what + " is of another type");
            }
            if (!hasNext()) {
                throw in.wrong("bad-metadata", what + " has only " + size + " elements");
            }
            read++;
        }
    }
}
