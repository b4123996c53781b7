package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.prototype.WinnerSums.LANES;
import static org.unmute.kernels.vector.runtime.Lanes.F;
import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.Lanes;

/**
 * Cosines of winners with the signs of their prototypes, in double-float arithmetic and rounded once at the end, step
 * by step as {@code prototype_values} does on a device; and norms of rows. A sum has a high and a low part: the
 * rounding error of each addition to the high part (TwoSum) is added to the low part. The order of summation is that of
 * {@link WinnerSums}.
 *
 * <p>Takes up to {@link #ROWS} rows, each in a slot. Call first {@link #addSigned} or {@link #addSquares} for each,
 * then {@link #add} for all, then either {@link #setNorm} for each and {@link #cosines}, or {@link #norm} for each.
 * Each step runs over all rows, because a method with all steps would be too large for full inlining.
 *
 * <p>Holds 4 KiB of working memory, which stays in L1. For one thread at a time.
 */
final class CompensatedCosine {
    /** Number of slots. */
    static final int ROWS = 16;

    private int n;
    /** √n as a double-float. */
    private float root;

    private float rootLow;
    private final float[] high = new float[ROWS * LANES];
    private final float[] low = new float[ROWS * LANES];
    private final float[] norm = new float[ROWS];
    private final float[] normLow = new float[ROWS];
    private final float[] tail = new float[Long.SIZE];

    /** Sets the length of the following rows. */
    void begin(int length) {
        n = length;
        root = (float) Math.sqrt((float) n);
        rootLow = Math.fma(-root, root, n) / (2 * root);
    }

    /** Computes partial sums of {@code Σx²}. */
    void addSquares(int slot, float[] x, int at) {
        clear(slot);
        int whole = n - n % LANES;
        addSquares(slot * LANES, x, at, whole);
        if (whole < n) {
            addSquares(slot * LANES, tail(x, at + whole, n - whole), 0, LANES);
        }
    }

    /** Calls only JDK methods in the loop, as {@link #addSigned} does. */
    private void addSquares(int to, float[] x, int at, int count) {
        for (int g = 0; g < LANES; g += 2 * N) {
            FloatVector a = load(high, to + g);
            FloatVector b = load(high, to + g + N);
            FloatVector lowA = load(low, to + g);
            FloatVector lowB = load(low, to + g + N);
            for (int i = at + g; i < at + g + count; i += LANES) {
                FloatVector u = FloatVector.fromArray(F, x, i);
                FloatVector square = u.mul(u);
                FloatVector sum = a.add(square);
                FloatVector back = sum.sub(a);
                lowA = lowA.add(a.sub(sum.sub(back)).add(square.sub(back))).add(u.fma(u, square.neg()));
                a = sum;
                u = FloatVector.fromArray(F, x, i + N);
                square = u.mul(u);
                sum = b.add(square);
                back = sum.sub(b);
                lowB = lowB.add(b.sub(sum.sub(back)).add(square.sub(back))).add(u.fma(u, square.neg()));
                b = sum;
            }
            a.intoArray(high, to + g);
            b.intoArray(high, to + g + N);
            lowA.intoArray(low, to + g);
            lowB.intoArray(low, to + g + N);
        }
    }

    /** Computes partial sums of {@code Σ±x}. */
    void addSigned(int slot, float[] x, int at, long[] signs, int from) {
        clear(slot);
        int words = n / Long.SIZE;
        int whole = words * Long.SIZE;
        addSigned(slot * LANES, x, at, words, signs, from);
        if (whole < n) {
            addSigned(slot * LANES, tail(x, at + whole, n - whole), 0, 1, signs, from + words);
        }
    }

    /**
     * Takes a word of signs at a time, which covers each partial sum twice. Calls only JDK methods in the loop: in a
     * large caller the compiler does not inline other methods, and boxes the vectors passed to them.
     */
    private void addSigned(int to, float[] x, int at, int words, long[] signs, int from) {
        // Two of seven additions are multiply-adds by -1, with the same bits: some processors have separate units for
        // them (experiment 78).
        FloatVector minus = FloatVector.broadcast(F, -1f);
        for (int g = 0; g < LANES; g += 2 * N) {
            FloatVector a = load(high, to + g);
            FloatVector b = load(high, to + g + N);
            FloatVector lowA = load(low, to + g);
            FloatVector lowB = load(low, to + g + N);
            for (int w = 0; w < words; w++) {
                long bits = signs[from + w] >>> g;
                int i = at + g + w * Long.SIZE;
                FloatVector u =
                        FloatVector.fromArray(F, x, i).lanewise(VectorOperators.NEG, VectorMask.fromLong(F, bits));
                FloatVector sum = a.add(u);
                FloatVector back = sum.sub(a);
                lowA = lowA.add(a.sub(back.fma(minus, sum)).add(back.fma(minus, u)));
                a = sum;
                u = FloatVector.fromArray(F, x, i + N)
                        .lanewise(VectorOperators.NEG, VectorMask.fromLong(F, bits >>> N));
                sum = b.add(u);
                back = sum.sub(b);
                lowB = lowB.add(b.sub(back.fma(minus, sum)).add(back.fma(minus, u)));
                b = sum;
                u = FloatVector.fromArray(F, x, i + LANES)
                        .lanewise(VectorOperators.NEG, VectorMask.fromLong(F, bits >>> LANES));
                sum = a.add(u);
                back = sum.sub(a);
                lowA = lowA.add(a.sub(back.fma(minus, sum)).add(back.fma(minus, u)));
                a = sum;
                u = FloatVector.fromArray(F, x, i + LANES + N)
                        .lanewise(VectorOperators.NEG, VectorMask.fromLong(F, bits >>> LANES + N));
                sum = b.add(u);
                back = sum.sub(b);
                lowB = lowB.add(b.sub(back.fma(minus, sum)).add(back.fma(minus, u)));
                b = sum;
            }
            a.intoArray(high, to + g);
            b.intoArray(high, to + g + N);
            lowA.intoArray(low, to + g);
            lowB.intoArray(low, to + g + N);
        }
    }

    private void clear(int slot) {
        Arrays.fill(high, slot * LANES, (slot + 1) * LANES, 0f);
        Arrays.fill(low, slot * LANES, (slot + 1) * LANES, 0f);
    }

    /** The end of a row, padded with zeros. They do not change a sum, since no sum is -0. */
    private float[] tail(float[] x, int at, int count) {
        System.arraycopy(x, at, tail, 0, count);
        Arrays.fill(tail, count, tail.length, 0f);
        return tail;
    }

    /** Reduces the partial sums of the first slots to one each. */
    void add(int slots) {
        for (int slot = 0; slot < slots; slot++) {
            addVectors(slot * LANES);
        }
        for (int slot = 0; slot < slots; slot++) {
            addLanes(slot * LANES);
        }
    }

    private void addVectors(int from) {
        for (int half = LANES / 2; half >= N; half /= 2) {
            for (int i = from; i < from + half; i += N) {
                FloatVector a = load(high, i);
                FloatVector b = load(high, i + half);
                FloatVector sum = a.add(b);
                load(low, i)
                        .add(load(low, i + half))
                        .add(twoSumError(a, b, sum))
                        .intoArray(low, i);
                sum.intoArray(high, i);
            }
        }
    }

    /**
     * The upper lanes hold garbage that is never read. The repeated steps are not a method, because it would not always
     * be inlined.
     */
    private void addLanes(int at) {
        FloatVector h = load(high, at);
        FloatVector l = load(low, at);
        if (N > 8) {
            FloatVector other = h.rearrange(Lanes.BY_8);
            FloatVector sum = h.add(other);
            FloatVector back = sum.sub(h);
            l = l.add(l.rearrange(Lanes.BY_8)).add(h.sub(sum.sub(back)).add(other.sub(back)));
            h = sum;
        }
        if (N > 4) {
            FloatVector other = h.rearrange(Lanes.BY_4);
            FloatVector sum = h.add(other);
            FloatVector back = sum.sub(h);
            l = l.add(l.rearrange(Lanes.BY_4)).add(h.sub(sum.sub(back)).add(other.sub(back)));
            h = sum;
        }
        FloatVector other = h.rearrange(Lanes.BY_2);
        FloatVector sum = h.add(other);
        FloatVector back = sum.sub(h);
        l = l.add(l.rearrange(Lanes.BY_2)).add(h.sub(sum.sub(back)).add(other.sub(back)));
        float a = sum.lane(0);
        float b = sum.lane(1);
        high[at] = a + b;
        low[at] = l.lane(0) + l.lane(1) + twoSumError(a, b, high[at]);
    }

    /**
     * Computes the norm as a double-float.
     *
     * @param norm receives the high part at {@code to}, NaN if its square is out of range of float32. Modified.
     */
    void norm(int slot, float[] norm, float[] normLow, int to) {
        float h = high[slot * LANES];
        float l = low[slot * LANES];
        float square = h + l;
        float root = (float) Math.sqrt(square);
        norm[to] = WinnerSums.isInRange(square) ? root : Float.NaN;
        normLow[to] = (Math.fma(-root, root, square) + twoSumError(h, l, square)) / (2 * root);
    }

    /** Sets the norm of the row in a slot. */
    void setNorm(int slot, float norm, float normLow) {
        this.norm[slot] = norm;
        this.normLow[slot] = normLow;
    }

    /**
     * Divides the sums of the first slots by their norms.
     *
     * @return working memory that starts with the cosines
     */
    float[] cosines(int slots) {
        for (int i = 0; i < slots; i++) {
            high[i] = high[i * LANES];
            low[i] = low[i * LANES];
        }
        FloatVector by = Lanes.all(root);
        FloatVector byLow = Lanes.all(rootLow);
        for (int i = 0; i < slots; i += N) {
            divide(i, load(norm, i), load(normLow, i));
            divide(i, by, byLow);
        }
        return high;
    }

    /** Divides sums by the double-float {@code by + byLow}. */
    private void divide(int at, FloatVector by, FloatVector byLow) {
        FloatVector h = load(high, at);
        FloatVector l = load(low, at);
        FloatVector sum = h.add(l);
        FloatVector error = twoSumError(h, l, sum);
        FloatVector quotient = sum.div(by);
        FloatVector remainder = quotient.neg().fma(by, sum).add(error.sub(quotient.mul(byLow)));
        FloatVector correction = remainder.div(by);
        FloatVector result = quotient.add(correction);
        result.intoArray(high, at);
        twoSumError(quotient, correction, result).intoArray(low, at);
    }

    private static float twoSumError(float a, float b, float sum) {
        float back = sum - a;
        return a - (sum - back) + (b - back);
    }

    private static FloatVector twoSumError(FloatVector a, FloatVector b, FloatVector sum) {
        FloatVector back = sum.sub(a);
        return a.sub(sum.sub(back)).add(b.sub(back));
    }
}
