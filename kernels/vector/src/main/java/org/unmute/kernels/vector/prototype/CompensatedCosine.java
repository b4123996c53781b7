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
 * Cosines of winners with their prototypes' signs, with twice the digits of a float until they are rounded at the end,
 * in the very steps of {@code prototype_values} on a device; and norms of rows. A sum has a high and a low part; what
 * an addition to the high one loses goes to the low one. Partial sums are {@link WinnerSums}'s.
 *
 * <p>Up to {@link #ROWS} rows, each in a slot of its own: first {@link #addSigned} or {@link #addSquares} of each, then
 * {@link #add} for all of them, then {@link #setNorm} of each and {@link #cosines}, or {@link #norm} of each. Step by
 * step for all rows, since a method for all steps is too large to have everything inlined.
 *
 * <p>Holds working memory, 4 KiB, which stays in the first cache: for one thread at a time.
 */
final class CompensatedCosine {
    /** Most rows at a time. */
    static final int ROWS = 16;

    private int n;
    /** √n, and what it lacks. */
    private float root;

    private float rootRest;
    private final float[] high = new float[ROWS * LANES];
    private final float[] low = new float[ROWS * LANES];
    private final float[] norm = new float[ROWS];
    private final float[] rest = new float[ROWS];
    private final float[] end = new float[Long.SIZE];

    /** Rows have {@code length} numbers from now on. */
    void begin(int length) {
        n = length;
        root = (float) Math.sqrt((float) n);
        rootRest = Math.fma(-root, root, n) / (2 * root);
    }

    /** Partial sums of {@code Σx²}. */
    void addSquares(int slot, float[] x, int at) {
        clear(slot);
        int whole = n - n % LANES;
        addSquares(slot * LANES, x, at, whole);
        if (whole < n) {
            addSquares(slot * LANES, rest(x, at + whole, n - whole), 0, LANES);
        }
    }

    /** As in {@link #addSigned}, only the platform's own methods in the loop. */
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

    /** Partial sums of {@code Σ±x}. */
    void addSigned(int slot, float[] x, int at, long[] signs, int from) {
        clear(slot);
        int words = n / Long.SIZE;
        int whole = words * Long.SIZE;
        addSigned(slot * LANES, x, at, words, signs, from);
        if (whole < n) {
            addSigned(slot * LANES, rest(x, at + whole, n - whole), 0, 1, signs, from + words);
        }
    }

    /**
     * A word of signs at a time, twice the partial sums. Only the platform's own methods in the loop: beyond some size
     * the compiler inlines no others, and makes objects of vectors that are passed to them.
     */
    private void addSigned(int to, float[] x, int at, int words, long[] signs, int from) {
        // Two of seven additions as multiply-adds by -1, with the same bits: some processors have other units for those
        // (experiment 78).
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

    /** The end of a row, filled up with zeros, which change no bit of a sum that is no -0, and none is. */
    private float[] rest(float[] x, int at, int count) {
        System.arraycopy(x, at, end, 0, count);
        Arrays.fill(end, count, end.length, 0f);
        return end;
    }

    /** In each of the first slots adds halves until one sum is left. */
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
                load(low, i).add(load(low, i + half)).add(lost(a, b, sum)).intoArray(low, i);
                sum.intoArray(high, i);
            }
        }
    }

    /**
     * Lanes beyond a half are of no use, and do no harm. Without a method for what is repeated, which would not always
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
        low[at] = l.lane(0) + l.lane(1) + lost(a, b, high[at]);
    }

    /**
     * The norm, and what it lacks.
     *
     * @param norm where it goes, at {@code to}; NaN if float32 is not enough for its square. Modified.
     */
    void norm(int slot, float[] norm, float[] rest, int to) {
        float h = high[slot * LANES];
        float l = low[slot * LANES];
        float square = h + l;
        float root = (float) Math.sqrt(square);
        norm[to] = WinnerSums.isInRange(square) ? root : Float.NaN;
        rest[to] = (Math.fma(-root, root, square) + lost(h, l, square)) / (2 * root);
    }

    /** Takes note of the norm of a slot's row, not NaN, and of what it lacks. */
    void setNorm(int slot, float norm, float rest) {
        this.norm[slot] = norm;
        this.rest[slot] = rest;
    }

    /**
     * Makes cosines of the sums of the first slots, whose norms are set.
     *
     * @return working memory that starts with them
     */
    float[] cosines(int slots) {
        for (int i = 0; i < slots; i++) {
            high[i] = high[i * LANES];
            low[i] = low[i * LANES];
        }
        FloatVector by = Lanes.all(root);
        FloatVector lacks = Lanes.all(rootRest);
        for (int i = 0; i < slots; i += N) {
            divide(i, load(norm, i), load(rest, i));
            divide(i, by, lacks);
        }
        return high;
    }

    /** Divides sums by {@code by + rest}. */
    private void divide(int at, FloatVector by, FloatVector rest) {
        FloatVector h = load(high, at);
        FloatVector l = load(low, at);
        FloatVector sum = h.add(l);
        FloatVector left = lost(h, l, sum);
        FloatVector quotient = sum.div(by);
        FloatVector remainder = quotient.neg().fma(by, sum).add(left.sub(quotient.mul(rest)));
        FloatVector more = remainder.div(by);
        FloatVector result = quotient.add(more);
        result.intoArray(high, at);
        lost(quotient, more, result).intoArray(low, at);
    }

    private static float lost(float a, float b, float sum) {
        float back = sum - a;
        return a - (sum - back) + (b - back);
    }

    private static FloatVector lost(FloatVector a, FloatVector b, FloatVector sum) {
        FloatVector back = sum.sub(a);
        return a.sub(sum.sub(back)).add(b.sub(back));
    }
}
