package org.unmute.data.parquet;

import java.util.Arrays;
import java.util.function.Supplier;
import org.unmute.data.parquet.Schema.Leaf;
import org.unmute.data.parquet.Schema.Type;

/** Decodes the values of a page. */
final class Values {
    static final int PLAIN = 0;
    static final int PLAIN_DICTIONARY = 2;
    static final int RLE = 3;
    private static final int DELTA_BINARY_PACKED = 5;
    private static final int DELTA_LENGTH_BYTE_ARRAY = 6;
    private static final int DELTA_BYTE_ARRAY = 7;
    static final int RLE_DICTIONARY = 8;
    private static final int BYTE_STREAM_SPLIT = 9;

    /** Cost of the text of a number in the budget. */
    private static final long NUMBER = 8;

    private final Leaf leaf;
    private final Bytes in;
    private final int count;
    private final Budget budget;

    /** @param count number of values, without those that are missing */
    Values(Leaf leaf, Bytes in, int count, Budget budget) {
        this.leaf = leaf;
        this.in = in;
        this.count = count;
        this.budget = budget;
    }

    /**
     * The values as text; null for NaN.
     *
     * @param dictionary null if there is none
     */
    String[] texts(long encoding, String[] dictionary) {
        boolean texts = leaf.type() == Type.BYTE_ARRAY;
        if (encoding == PLAIN) {
            return plain(in);
        } else if (encoding == PLAIN_DICTIONARY || encoding == RLE_DICTIONARY) {
            return ofDictionary(dictionary);
        } else if (encoding == RLE && leaf.type() == Type.BOOLEAN) {
            int[] flags = hybrid(in.part(in.i32()), 1, count);
            int[] at = {0};
            return all(() -> Boolean.toString(flags[at[0]++] != 0));
        } else if (encoding == DELTA_BINARY_PACKED && (leaf.type() == Type.INT32 || leaf.type() == Type.INT64)) {
            long[] numbers = deltas();
            int[] at = {0};
            boolean wide = leaf.type() == Type.INT64;
            return all(() -> leaf.form().of(wide ? numbers[at[0]++] : (int) numbers[at[0]++], wide));
        } else if (encoding == DELTA_LENGTH_BYTE_ARRAY && texts) {
            long[] lengths = deltas();
            int[] at = {0};
            return all(() -> leaf.form().of(in, Math.toIntExact(lengths[at[0]++])));
        } else if (encoding == DELTA_BYTE_ARRAY && (texts || leaf.type() == Type.FIXED_LEN_BYTE_ARRAY)) {
            return afterPrefixes();
        } else if (encoding == BYTE_STREAM_SPLIT && leaf.width() > 0) {
            return split();
        }
        throw new BrokenRuleException("unread-encoding", leaf.type() + " values of encoding " + encoding);
    }

    private String[] all(Supplier<String> next) {
        String[] all = new String[count];
        for (int i = 0; i < count; i++) {
            all[i] = next.get();
        }
        return all;
    }

    /** The values themselves, one after the other. */
    private String[] plain(Bytes from) {
        TextForm form = leaf.form();
        budget.take(leaf.type() == Type.BYTE_ARRAY ? 0 : NUMBER * count);
        return switch (leaf.type()) {
            case BOOLEAN -> {
                int[] bits = {0, 0};
                yield all(() -> {
                    bits[0] = bits[1]++ % 8 == 0 ? from.u8() : bits[0] >>> 1;
                    return Boolean.toString((bits[0] & 1) != 0);
                });
            }
            case INT32 -> all(() -> form.of(from.i32(), false));
            case INT64 -> all(() -> form.of(from.little(8), true));
            case FLOAT -> all(() -> TextForm.of(Float.intBitsToFloat(from.i32())));
            case DOUBLE -> all(() -> TextForm.of(Double.longBitsToDouble(from.little(8))));
            case BYTE_ARRAY -> all(() -> form.of(from, from.i32()));
            case FIXED_LEN_BYTE_ARRAY, INT96 -> all(() -> form.of(from, leaf.width()));
        };
    }

    private String[] ofDictionary(String[] dictionary) {
        if (dictionary == null) {
            throw new BrokenRuleException("bad-page", "it has no dictionary");
        }
        int[] entries = hybrid(in, in.u8(), count);
        int[] at = {0};
        return all(() -> dictionary[entries[at[0]++]]);
    }

    /** Texts each of which omits the prefix that it shares with the previous one. */
    private String[] afterPrefixes() {
        long[] prefixes = deltas();
        long[] suffixes = deltas();
        int[] at = {0};
        byte[][] last = {{}};
        return all(() -> {
            long prefix = prefixes[at[0]];
            long suffix = suffixes[at[0]++];
            if (prefix < 0 || prefix > last[0].length || suffix < 0 || suffix > in.remaining()) {
                throw new BrokenRuleException("bad-page", "a text of " + prefix + " old and " + suffix + " new bytes");
            }
            budget.take(prefix + suffix);
            byte[] value = new byte[(int) (prefix + suffix)];
            System.arraycopy(last[0], 0, value, 0, (int) prefix);
            in.copyTo(value, (int) prefix, (int) suffix);
            last[0] = value;
            return leaf.form().of(new Bytes(value), value.length);
        });
    }

    /** The first bytes of all numbers, then their second bytes, and so on. */
    private String[] split() {
        int width = leaf.width();
        byte[] apart = in.array(in.remaining() / width * width);
        byte[] joined = new byte[apart.length];
        for (int i = 0; i < joined.length; i++) {
            joined[i] = apart[i % width * (apart.length / width) + i / width];
        }
        return plain(new Bytes(joined));
    }

    /**
     * Small integers in Parquet's hybrid encoding: runs of one value, and groups of eight bit-packed values.
     *
     * @param bits width of a value, 0 to 32
     */
    static int[] hybrid(Bytes in, int bits, int count) {
        if (bits < 0 || bits > 32) {
            throw new BrokenRuleException("bad-page", "numbers of " + bits + " bits");
        }
        int[] all = new int[count];
        for (int i = 0; i < count; ) {
            int head = in.size();
            if ((head & 1) == 0) {
                int same = (int) in.little((bits + 7) / 8);
                int end = (int) Math.min(count, i + (long) (head >>> 1));
                Arrays.fill(all, i, end, same);
                i = end;
            } else {
                int end = (int) Math.min(count, i + 8L * (head >>> 1));
                // Writers may leave out the bytes after the last value.
                Bytes packed = in.part(Math.min((head >>> 1) * (long) bits, in.remaining()));
                for (long at = 0; i < end; at += bits) {
                    all[i++] = (int) packed.bits(at, bits);
                }
            }
        }
        return all;
    }

    /** Integers as differences, packed in small blocks of as many bits as each needs. */
    private long[] deltas() {
        int perBlock = in.size();
        int[] widths = new int[Math.min(in.size(), 1 << 16)];
        int stated = in.size();
        long last = in.zigzag();
        int perPart = widths.length == 0 ? 0 : perBlock / widths.length;
        if (perPart == 0 || perBlock % widths.length != 0 || perPart % 8 != 0 || stated < count) {
            throw new BrokenRuleException(
                    "bad-page",
                    stated + " numbers for " + count + ", in blocks of " + perBlock + " in " + widths.length
                            + " parts");
        }
        // All that are stated are read, since what follows begins after them.
        budget.take(Long.BYTES * (long) stated);
        long[] all = new long[stated];
        if (stated > 0) {
            all[0] = last;
        }
        for (int i = 1; i < stated; ) {
            long min = in.zigzag();
            for (int part = 0; part < widths.length; part++) {
                widths[part] = in.u8();
            }
            // The widths of unused parts are arbitrary.
            for (int part = 0; part < widths.length && i < stated; part++) {
                int width = widths[part];
                if (width > Long.SIZE) {
                    throw new BrokenRuleException("bad-page", "differences of " + width + " bits");
                }
                Bytes packed = in.part((long) perPart * width / 8);
                for (int k = 0; k < perPart && i < stated; k++) {
                    last += min + packed.bits((long) k * width, width);
                    all[i++] = last;
                }
            }
        }
        return all;
    }
}
