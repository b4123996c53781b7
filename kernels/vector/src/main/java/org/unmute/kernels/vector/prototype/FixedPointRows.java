package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.WorkerPool;

/**
 * Cosines of many prototypes with few tokens, with the bits of {@link CompensatedCosine} in a third of its time. Each
 * number of a token is a fixed-point number of two parts, 21 bits each at dim 768: sums of either part with signs are
 * exact in 32 bits, and take one masked addition a vector. The quotient is computed in float64. Where everything within
 * the bound on the error of both rounds to one float32, that is the result of either.
 *
 * <p>The bound: half a unit for each number. A term of {@link CompensatedCosine} takes part in k additions to high
 * parts, whose rounding errors, each at most 2⁻²⁴ of the sum of magnitudes, are added up with as many roundings: k²
 * 2⁻⁴⁸ of that sum, which by Cauchy-Schwarz is at most the denominator. The square of the norm has four times as much,
 * half of which reaches the norm and so the cosine, in proportion to it; quotients add some units of 2⁻⁴⁸, and sums in
 * float64 less than one a dim.
 */
final class FixedPointRows {
    /** Sums computed at a time. */
    static final int BATCH = 4;

    private static final int MAX_BITS = 21;
    private static final float ROUNDER = 0x1.8p23f;
    /** Covers rounding in the bounds themselves. */
    private static final double SLACK = 1.1;

    private final int dim;
    private final int stride;
    private final int bits;
    private final float[] data;
    /** The sum of a row with signs +, in units of the lower part. */
    private final long[] total;
    /** The factor that makes a cosine of a sum in these units; NaN where the norm is out of the range of float32. */
    private final double[] factor;
    /** Half a unit of each number, as a part of the cosine. */
    private final double[] rounding;

    /** What the cosine may be off by otherwise, and the part of that which shrinks with the cosine. */
    private final double absolute;

    private final double relative;

    private FixedPointRows(int dim, int rows, float[] data) {
        this.dim = dim;
        this.stride = Lanes.roundUp(dim, N);
        this.bits = Math.min(
                MAX_BITS, Integer.SIZE - 1 - Integer.toBinaryString(dim).length());
        this.data = data;
        this.total = new long[rows];
        this.factor = new double[rows];
        this.rounding = new double[rows];
        double k = Math.ceilDiv(dim, WinnerSums.LANES) + 9;
        this.absolute = SLACK * k * k * 0x1p-48;
        this.relative = SLACK * (2 * k * k + 64 + dim) * 0x1p-48;
    }

    /**
     * Converts tokens, in this order.
     *
     * @param norm of each token in float64
     * @param inRange the norm of each token in float32, NaN where it is out of range
     */
    static FixedPointRows of(
            WorkerPool pool, ArrayPool scratch, DenseRows t, double[] norm, float[] inRange, CenteredTokens order) {
        int stride = Lanes.roundUp(t.length(), N);
        FixedPointRows rows = new FixedPointRows(
                t.length(), order.count(), scratch.acquire(Math.multiplyExact(2L * order.count(), stride)));
        pool.forEachRow(order.count(), 2L * t.length(), i -> {
            int token = order.original(i);
            if (Float.isNaN(inRange[token])) {
                rows.factor[i] = Double.NaN;
            } else {
                rows.convert(i, t.data(), t.start()[token], norm[token]);
            }
        });
        return rows;
    }

    void release(ArrayPool scratch) {
        scratch.release(data);
    }

    private int at(int row) {
        return ArrayPool.BASE + 2 * row * stride;
    }

    private void convert(int row, float[] x, int from, double norm) {
        float max = Math.max(RowMath.max(x, from, dim), -RowMath.min(x, from, dim));
        int shift = bits - 1 - Math.getExponent(max);
        float scale = Math.scalb(1f, shift);
        float part = Math.scalb(1f, bits);
        int to = at(row);
        long high = 0;
        long low = 0;
        for (int i = 0; i < stride; i += N) {
            FloatVector v = (i <= dim - N ? load(x, from + i) : load(x, from + i, dim - i)).mul(scale);
            FloatVector whole = v.add(ROUNDER).sub(ROUNDER);
            // Exact: a rest has no more bits than its number.
            FloatVector rest = v.sub(whole).mul(part).add(ROUNDER).sub(ROUNDER);
            IntVector h = (IntVector) whole.convert(VectorOperators.F2I, 0);
            IntVector l = (IntVector) rest.convert(VectorOperators.F2I, 0);
            h.reinterpretAsFloats().intoArray(data, to + i);
            l.reinterpretAsFloats().intoArray(data, to + stride + i);
            high += h.reduceLanes(VectorOperators.ADD);
            low += l.reduceLanes(VectorOperators.ADD);
        }
        total[row] = (high << bits) + low;
        double unit = Math.scalb(1.0, -shift - bits) / (norm * Math.sqrt(dim));
        factor[row] = unit;
        rounding[row] = 0.5 * dim * unit;
    }

    /**
     * The cosine of a row, rounded to float32 as {@link CompensatedCosine} does; NaN if that cannot be told.
     *
     * @param high the sum of the higher parts where signs are -
     * @param low the same of the lower parts
     */
    float cosine(int row, int high, int low) {
        double exact = (total[row] - 2 * (((long) high << bits) + low)) * factor[row];
        double bound = SLACK * rounding[row] + absolute + relative * Math.abs(exact);
        float from = (float) (exact - bound);
        return from == (float) (exact + bound) && from != 0 ? from : Float.NaN;
    }

    /**
     * The sums of both parts where signs are -, for four prototypes.
     *
     * @param from where the signs of the prototypes start
     * @param first index of the four in {@code from}
     * @param out takes the sums of the higher parts, then those of the lower parts. Modified.
     */
    void negative(int row, long[] signs, int[] from, int first, int[] out) {
        negative(data, at(row), at(row) + stride, stride, signs, from, first, out);
    }

    private static void negative(float[] x, int high, int low, int n, long[] signs, int[] from, int first, int[] out) {
        int s0 = from[first];
        int s1 = from[first + 1];
        int s2 = from[first + 2];
        int s3 = from[first + 3];
        IntVector a = IntVector.zero(Lanes.I);
        IntVector b = IntVector.zero(Lanes.I);
        IntVector c = IntVector.zero(Lanes.I);
        IntVector d = IntVector.zero(Lanes.I);
        IntVector e = IntVector.zero(Lanes.I);
        IntVector f = IntVector.zero(Lanes.I);
        IntVector g = IntVector.zero(Lanes.I);
        IntVector h = IntVector.zero(Lanes.I);
        for (int i = 0; i < n; i += N) {
            int word = i / Long.SIZE;
            int shift = i % Long.SIZE;
            IntVector u = FloatVector.fromArray(Lanes.F, x, high + i).reinterpretAsInts();
            IntVector v = FloatVector.fromArray(Lanes.F, x, low + i).reinterpretAsInts();
            VectorMask<Integer> m = VectorMask.fromLong(Lanes.I, signs[s0 + word] >>> shift);
            a = a.add(u, m);
            e = e.add(v, m);
            m = VectorMask.fromLong(Lanes.I, signs[s1 + word] >>> shift);
            b = b.add(u, m);
            f = f.add(v, m);
            m = VectorMask.fromLong(Lanes.I, signs[s2 + word] >>> shift);
            c = c.add(u, m);
            g = g.add(v, m);
            m = VectorMask.fromLong(Lanes.I, signs[s3 + word] >>> shift);
            d = d.add(u, m);
            h = h.add(v, m);
        }
        out[0] = a.reduceLanes(VectorOperators.ADD);
        out[1] = b.reduceLanes(VectorOperators.ADD);
        out[2] = c.reduceLanes(VectorOperators.ADD);
        out[3] = d.reduceLanes(VectorOperators.ADD);
        out[4] = e.reduceLanes(VectorOperators.ADD);
        out[5] = f.reduceLanes(VectorOperators.ADD);
        out[6] = g.reduceLanes(VectorOperators.ADD);
        out[7] = h.reduceLanes(VectorOperators.ADD);
    }
}
