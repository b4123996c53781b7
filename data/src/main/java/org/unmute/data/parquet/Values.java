package org.unmute.data.parquet;

import org.unmute.files.MalformedFileException;

/** The values of a page as text, read one after the other. */
@FunctionalInterface
interface Values {
    /** Cost of the text of a number in the budget. */
    int NUMBER = 8;

    /** The next value; null for NaN. */
    String next() throws MalformedFileException;

    /** Plain encoding: the values themselves, one after the other. */
    static Values plain(Leaf leaf, Bytes in, Budget budget) {
        TextForm form = leaf.form();
        return switch (leaf.type()) {
            case BOOLEAN -> flags(in);
            case INT32 -> numbers(in, budget, () -> form.of(in, in.i32(), false));
            case INT64 -> numbers(in, budget, () -> form.of(in, in.i64(), true));
            case FLOAT -> numbers(in, budget, () -> TextForm.of(Float.intBitsToFloat(in.i32())));
            case DOUBLE -> numbers(in, budget, () -> TextForm.of(Double.longBitsToDouble(in.i64())));
            case BYTE_ARRAY -> () -> form.of(in, in.i32());
            case FIXED_LEN_BYTE_ARRAY, INT96 -> numbers(in, budget, () -> form.of(in, leaf.width()));
        };
    }

    private static Values numbers(Bytes in, Budget budget, Values values) {
        return () -> {
            budget.take(NUMBER, in.place());
            return values.next();
        };
    }

    private static Values flags(Bytes in) {
        return new Values() {
            private int bits;
            private int left;

            @Override
            public String next() throws MalformedFileException {
                if (left == 0) {
                    bits = in.u8();
                    left = 8;
                }
                left--;
                boolean set = (bits & 1) != 0;
                bits >>>= 1;
                return Boolean.toString(set);
            }
        };
    }

    /** Dictionary encoding: indices of dictionary entries. */
    static Values ofDictionary(Bytes in, String[] dictionary) throws MalformedFileException {
        HybridDecoder indices = new HybridDecoder(in, in.u8());
        return () -> {
            int index = indices.next();
            if (index < 0 || index >= dictionary.length) {
                throw in.wrong(
                        "bad-page",
                        "entry " + Integer.toUnsignedString(index) + " of a dictionary of " + dictionary.length);
            }
            return dictionary[index];
        };
    }

    /** Run-length encoding of flags. */
    static Values runs(Bytes in) throws MalformedFileException {
        HybridDecoder flags = new HybridDecoder(in.part(in.i32()), 1);
        return () -> Boolean.toString(flags.next() != 0);
    }

    /** Delta encoding of integers. */
    static Values deltas(Leaf leaf, Bytes in, Budget budget) throws MalformedFileException {
        DeltaDecoder numbers = new DeltaDecoder(in);
        boolean wide = leaf.type() == PhysicalType.INT64;
        return numbers(in, budget, () -> {
            long value = numbers.next();
            return leaf.form().of(in, wide ? value : (int) value, wide);
        });
    }

    /**
     * Delta length encoding: all lengths, followed by all texts.
     *
     * @param cells maximum number of values
     */
    static Values afterLengths(Leaf leaf, Bytes in, int cells, Budget budget) throws MalformedFileException {
        int[] lengths = lengths(in, cells, budget);
        int[] at = {0};
        return () -> {
            requireLeft(in, at[0], lengths.length);
            return leaf.form().of(in, lengths[at[0]++]);
        };
    }

    /** Delta encoding of texts: each omits the prefix that it shares with the previous one. */
    static Values afterPrefixes(Leaf leaf, Bytes in, int cells, Budget budget) throws MalformedFileException {
        int[] prefixes = lengths(in, cells, budget);
        int[] suffixes = lengths(in, cells, budget);
        int[] at = {0};
        byte[][] last = {{}};
        return () -> {
            requireLeft(in, at[0], Math.min(prefixes.length, suffixes.length));
            int prefix = prefixes[at[0]];
            int suffix = suffixes[at[0]++];
            if (prefix > last[0].length || suffix > in.remaining()) {
                throw in.wrong("bad-page", "a text of " + prefix + " old and " + suffix + " new bytes");
            }
            budget.take(prefix + (long) suffix, in.place());
            byte[] value = new byte[prefix + suffix];
            System.arraycopy(last[0], 0, value, 0, prefix);
            in.copyTo(value, prefix, suffix);
            last[0] = value;
            return leaf.form().of(in.unpacked(value), value.length);
        };
    }

    private static void requireLeft(Bytes in, int at, int all) throws MalformedFileException {
        if (at >= all) {
            throw in.wrong("bad-page", "more than the " + all + " texts that are stated are needed");
        }
    }

    private static int[] lengths(Bytes in, int cells, Budget budget) throws MalformedFileException {
        DeltaDecoder numbers = new DeltaDecoder(in);
        if (numbers.count() > cells) {
            throw in.wrong("bad-page", numbers.count() + " texts in " + cells + " cells");
        }
        budget.take((long) Integer.BYTES * numbers.count(), in.place());
        int[] lengths = new int[numbers.count()];
        for (int i = 0; i < lengths.length; i++) {
            long length = numbers.next();
            if (length < 0 || length > Integer.MAX_VALUE) {
                throw in.wrong("bad-page", "a text of " + length + " bytes");
            }
            lengths[i] = (int) length;
        }
        return lengths;
    }

    /** Byte stream split encoding: the first bytes of all numbers, then their second bytes, and so on. */
    static Values split(Leaf leaf, Bytes in, Budget budget) throws MalformedFileException {
        int width = leaf.width();
        int count = in.remaining() / width;
        byte[] joined = new byte[count * width];
        for (int i = 0; i < width; i++) {
            for (int n = 0; n < count; n++) {
                joined[n * width + i] = (byte) in.u8();
            }
        }
        return plain(leaf, in.unpacked(joined), budget);
    }
}
