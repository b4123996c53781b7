package org.unmute.kernels.vector;

import java.util.Arrays;

/** Which rows are the same as an earlier one, bit for bit. */
final class EqualRows {
    private EqualRows() {}

    /** The rows of {@code [from, to)} that have no equal before them in that range, in order. */
    static int[] firsts(DenseRows t, float[] norm, int from, int to) {
        int size = Integer.highestOneBit(Math.max(1, to - from)) * 4;
        int[] table = new int[size];
        int[] firsts = new int[to - from];
        int count = 0;
        for (int i = from; i < to; i++) {
            int slot = hash(t, norm, i) & size - 1;
            while (table[slot] != 0 && !equal(t, norm, firsts[table[slot] - 1], i)) {
                slot = slot + 1 & size - 1;
            }
            if (table[slot] == 0) {
                firsts[count++] = i;
                table[slot] = count;
            }
        }
        return Arrays.copyOf(firsts, count);
    }

    /** Of the norm and a few numbers: rows that differ only elsewhere share a slot, which costs time but is right. */
    private static int hash(DenseRows t, float[] norm, int i) {
        int at = t.start()[i];
        int h = Float.floatToRawIntBits(norm[i]);
        for (int part = 0; part < 4; part++) {
            h = h * 31 + Float.floatToRawIntBits(t.data()[at + part * (t.length() - 1) / 3]);
        }
        h *= 0x9E3779B9;
        return h ^ h >>> 16;
    }

    private static boolean equal(DenseRows t, float[] norm, int i, int j) {
        int a = t.start()[i];
        int b = t.start()[j];
        return Float.floatToRawIntBits(norm[i]) == Float.floatToRawIntBits(norm[j])
                && Arrays.equals(t.data(), a, a + t.length(), t.data(), b, b + t.length());
    }
}
