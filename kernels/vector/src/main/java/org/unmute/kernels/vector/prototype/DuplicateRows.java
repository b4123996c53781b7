package org.unmute.kernels.vector.prototype;

import java.util.Arrays;

/** Finds rows that equal an earlier one bit for bit. */
final class DuplicateRows {
    private DuplicateRows() {}

    /** The rows of {@code [from, to)}, in order, without those that equal an earlier row of the range. */
    static int[] firsts(DenseRows t, double[] norm, int from, int to) {
        int size = Integer.highestOneBit(Math.max(1, to - from)) * 4;
        int[] table = new int[size];
        int[] firsts = new int[to - from];
        int count = 0;
        for (int i = from; i < to; i++) {
            int slot = hash(norm[i]) & size - 1;
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

    /** Different rows with the same norm collide, which only costs time. */
    private static int hash(double norm) {
        int h = Double.hashCode(norm) * 0x9E3779B9;
        return h ^ h >>> 16;
    }

    private static boolean equal(DenseRows t, double[] norm, int i, int j) {
        int a = t.start()[i];
        int b = t.start()[j];
        return norm[i] == norm[j] && Arrays.equals(t.data(), a, a + t.length(), t.data(), b, b + t.length());
    }
}
