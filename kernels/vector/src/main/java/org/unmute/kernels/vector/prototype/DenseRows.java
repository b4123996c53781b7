package org.unmute.kernels.vector.prototype;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.View;

/**
 * Contiguous rows of a matrix: in place if they are contiguous there, otherwise a copy.
 *
 * @param start position of each row
 * @param length of a row
 */
record DenseRows(float[] data, int[] start, int length) {
    static DenseRows of(View x) {
        int n = x.shape().dim(-1);
        int step = Math.toIntExact(x.stride(-1));
        int[] start = Offsets.ofRows(x);
        float[] data = x.host().floats();
        if (step == 1) {
            return new DenseRows(data, start, n);
        }
        float[] copy = new float[start.length * n];
        int[] at = new int[start.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = i * n;
            ElementLoops.load(data, start[i], step, copy, at[i], n);
        }
        return new DenseRows(copy, at, n);
    }

    int rows() {
        return start.length;
    }

    /** Some of the rows. */
    DenseRows rows(int[] which) {
        return new DenseRows(data, Arrays.stream(which).map(i -> start[i]).toArray(), length);
    }

    /** Euclidean norms, at least 1e-12. */
    float[] norms(WorkerPool pool) {
        float[] norm = new float[rows()];
        pool.forEachRow(rows(), length, i -> norm[i] = RowMath.norm(data, start[i], length));
        return norm;
    }

    /** Whether row {@code i}, divided by this norm, has a NaN: the row then had a NaN or an infinity. */
    boolean nonFinite(int i, float norm) {
        if (!(norm > Float.MAX_VALUE)) {
            return Float.isNaN(norm);
        }
        for (int k = 0; k < length; k++) {
            if (Float.isInfinite(data[start[i] + k])) {
                return true;
            }
        }
        return false;
    }

    /** The rows of {@code [from, to)}, in order, without those that equal an earlier row of the range bit for bit. */
    int[] firsts(double[] norm, int from, int to) {
        int[] equal = firstEqual(norm, from, to);
        return IntStream.range(from, to).filter(i -> equal[i - from] == i).toArray();
    }

    /** For each row of {@code [from, to)} the first row of the range that equals it bit for bit, itself if none. */
    int[] firstEqual(double[] norm, int from, int to) {
        int size = Integer.highestOneBit(Math.max(1, to - from)) * 4;
        int[] table = new int[size];
        int[] first = new int[to - from];
        for (int i = from; i < to; i++) {
            int slot = hash(norm[i]) & size - 1;
            while (table[slot] != 0 && !equal(norm, from + table[slot] - 1, i)) {
                slot = slot + 1 & size - 1;
            }
            if (table[slot] == 0) {
                table[slot] = i - from + 1;
            }
            first[i - from] = from + table[slot] - 1;
        }
        return first;
    }

    /** Different rows with the same norm collide, which only costs time. */
    private static int hash(double norm) {
        int h = Double.hashCode(norm) * 0x9E3779B9;
        return h ^ h >>> 16;
    }

    private boolean equal(double[] norm, int i, int j) {
        int a = start[i];
        int b = start[j];
        return norm[i] == norm[j] && Arrays.equals(data, a, a + length, data, b, b + length);
    }
}
