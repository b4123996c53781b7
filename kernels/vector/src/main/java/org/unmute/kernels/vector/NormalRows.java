package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Tokens of length 1, slice by slice, as a left operand whose tiles follow each other without gaps. Slices are filled up with
 * zeros to pairs of vectors.
 *
 * @param count number of tokens
 */
record NormalRows(int count, int dim, float[] data) {
    /** Room for that many; the rows of a last tile that is not full hold anything. */
    static NormalRows take(Scratch scratch, int count, int dim) {
        long rows = Lanes.roundUp(count, Tile.ROWS);
        return new NormalRows(count, dim, scratch.take(PackedRows.slices(dim) * rows * PackedRows.STRIDE));
    }

    int slices() {
        return PackedRows.slices(dim);
    }

    int depth(int slice) {
        return PackedRows.depth(dim, slice);
    }

    /** Where a slice of a token starts. */
    int at(int slice, int token) {
        return Scratch.BASE + (slice * Lanes.roundUp(count, Tile.ROWS) + token) * PackedRows.STRIDE;
    }

    /** Token {@code token} becomes row {@code i} of these rows divided by its norm. */
    void set(int token, DenseRows t, int i, float norm) {
        for (int slice = 0; slice < slices(); slice++) {
            int at = at(slice, token);
            Norms.divide(t.data(), t.start()[i] + slice * PackedRows.DEPTH, norm, data, at, depth(slice));
            Arrays.fill(data, at + depth(slice), at + Lanes.roundUp(depth(slice), 2 * Lanes.N), 0f);
        }
    }

    /** Product of a token with signs in float32, in an order of its own. */
    float product(int token, long[] signs, int from) {
        float sum = 0;
        for (int slice = 0; slice < slices(); slice++) {
            sum += product(data, at(slice, token), depth(slice), signs, from + slice * PackedRows.DEPTH / Long.SIZE);
        }
        return sum;
    }

    /** Product of a row, with zeros up to a pair of vectors, and signs. */
    static float product(float[] x, int at, int n, long[] signs, int from) {
        FloatVector a = Lanes.zero();
        FloatVector b = Lanes.zero();
        for (int i = 0; i < n; i += 2 * Lanes.N) {
            long bits = signs[from + i / Long.SIZE] >>> i % Long.SIZE;
            a = a.add(signed(load(x, at + i), bits));
            b = b.add(signed(load(x, at + i + Lanes.N), bits >>> Lanes.N));
        }
        return Lanes.sum(a.add(b));
    }

    /** The negative in lanes whose bit is set. */
    static FloatVector signed(FloatVector x, long bits) {
        return x.lanewise(VectorOperators.NEG, VectorMask.fromLong(Lanes.F, bits));
    }

    /** The middle of the range of each dim, with room for {@code size} dims. */
    float[] middle(int size) {
        float[] least = new float[size];
        float[] greatest = new float[size];
        for (int token = 0; token < count; token++) {
            for (int slice = 0; slice < slices(); slice++) {
                widen(at(slice, token), slice * PackedRows.DEPTH, depth(slice), least, greatest, token == 0);
            }
        }
        for (int d = 0; d < dim; d++) {
            least[d] = 0.5f * (least[d] + greatest[d]);
        }
        return least;
    }

    private void widen(int at, int d, int n, float[] least, float[] greatest, boolean first) {
        if (first) {
            System.arraycopy(data, at, least, d, n);
            System.arraycopy(data, at, greatest, d, n);
            return;
        }
        int i = 0;
        for (; i <= n - Lanes.N; i += Lanes.N) {
            FloatVector x = load(data, at + i);
            x.min(load(least, d + i)).intoArray(least, d + i);
            x.max(load(greatest, d + i)).intoArray(greatest, d + i);
        }
        for (; i < n; i++) {
            least[d + i] = Math.min(least[d + i], data[at + i]);
            greatest[d + i] = Math.max(greatest[d + i], data[at + i]);
        }
    }
}
