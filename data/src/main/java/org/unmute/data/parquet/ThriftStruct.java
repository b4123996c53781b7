package org.unmute.data.parquet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A structure in Thrift's compact protocol, which Parquet uses for its metadata: values by field number. Texts, lists
 * and structures in it are parsed when they are requested, so that those that are not take no memory.
 */
final class ThriftStruct {
    private static final int DEEPEST = 24;

    private static final int TRUE = 1;
    private static final int FALSE = 2;

    private final Map<Integer, Object> fields = new HashMap<>(8);

    /** Reads a structure and advances past it. */
    ThriftStruct(Bytes in) {
        int field = 0;
        for (int head = in.u8(); head != 0; head = in.u8()) {
            field = head >>> 4 == 0 ? (int) in.zigzag() : field + (head >>> 4);
            int type = head & 0xF;
            fields.put(field, type == TRUE || type == FALSE ? (Object) (type == TRUE) : value(in, type));
        }
    }

    private static Object value(Bytes in, int type) {
        return switch (type) {
            case 3 -> (long) (byte) in.u8();
            case 4, 5, 6 -> in.zigzag();
            case 8 -> in.part(in.size());
            default -> {
                Bytes value = in.ahead();
                skip(in, type, 0);
                yield value;
            }
        };
    }

    private static void skip(Bytes in, int type, int depth) {
        if (depth > DEEPEST) {
            throw new BrokenRuleException("too-deep", "structures nested deeper than " + DEEPEST + " levels");
        }
        switch (type) {
            case TRUE, FALSE, 3 -> in.u8();
            case 4, 5, 6 -> in.varint();
            case 7 -> in.part(Double.BYTES);
            case 8 -> in.part(in.size());
            case 9, 10 -> {
                int head = in.u8();
                for (int left = listSize(in, head); left > 0; left--) {
                    skip(in, head & 0xF, depth + 1);
                }
            }
            case 11 -> {
                int size = in.size();
                int types = size == 0 ? 0 : in.u8();
                for (int i = 0; i < size; i++) {
                    skip(in, types >>> 4, depth + 1);
                    skip(in, types & 0xF, depth + 1);
                }
            }
            case 12 -> {
                for (int head = in.u8(); head != 0; head = in.u8()) {
                    if (head >>> 4 == 0) {
                        in.varint();
                    }
                    if ((head & 0xF) > FALSE) {
                        skip(in, head & 0xF, depth + 1);
                    }
                }
            }
            default -> throw new BrokenRuleException("bad-type", "a value of the unknown type " + type);
        }
    }

    /** @param head first byte of the list; the rest is read from {@code in} */
    private static int listSize(Bytes in, int head) {
        return head >>> 4 == 15 ? in.size() : head >>> 4;
    }

    boolean has(int field) {
        return fields.containsKey(field);
    }

    private <T> T get(int field, Class<T> type) {
        Object value = fields.get(field);
        if (!type.isInstance(value)) {
            throw new BrokenRuleException(
                    "bad-metadata",
                    "field " + field + " of its metadata is " + (value == null ? "missing" : "of another type"));
        }
        return type.cast(value);
    }

    /** A required number of any width. */
    long number(int field) {
        return get(field, Long.class);
    }

    long number(int field, long absent) {
        return has(field) ? number(field) : absent;
    }

    /** A required number from 0 to {@code max}. */
    long count(int field, long max) {
        long value = number(field);
        if (value < 0 || value > max) {
            throw new BrokenRuleException(
                    "bad-metadata", "field " + field + " of its metadata is " + value + "; it can be 0 to " + max);
        }
        return value;
    }

    int count(int field) {
        return (int) count(field, Integer.MAX_VALUE);
    }

    boolean flag(int field, boolean absent) {
        return has(field) ? get(field, Boolean.class) : absent;
    }

    String text(int field) {
        return text(get(field, Bytes.class).ahead());
    }

    /** The rest of {@code in} as text. */
    static String text(Bytes in) {
        return new String(in.array(in.remaining()), StandardCharsets.UTF_8);
    }

    ThriftStruct struct(int field) {
        return new ThriftStruct(get(field, Bytes.class).ahead());
    }

    /** Number of elements of a list. */
    int size(int field) {
        Bytes in = get(field, Bytes.class).ahead();
        return listSize(in, in.u8());
    }

    /**
     * The elements of a list.
     *
     * @param element reads an element and advances past it
     */
    <T> List<T> list(int field, Function<Bytes, T> element) {
        Bytes in = get(field, Bytes.class).ahead();
        List<T> all = new ArrayList<>();
        for (int left = listSize(in, in.u8()); left > 0; left--) {
            all.add(element.apply(in));
        }
        return all;
    }
}
