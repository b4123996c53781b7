package org.unmute.kernels.vector.prototype;

import static org.unmute.kernels.vector.runtime.Lanes.F;
import static org.unmute.kernels.vector.runtime.Lanes.N;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.RowMath;

/** Products of rows with signs, in float32 and float64, and other float64 arithmetic on rows. */
final class SignedProducts {
    private static final VectorSpecies<Double> D = VectorSpecies.of(double.class, Lanes.SHAPE);
    /** A vector with as many floats as a full vector has doubles. */
    private static final VectorSpecies<Float> HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(Lanes.BITS / 2));

    private static final int H = HALF.length();
    private static final FloatVector ONE = Lanes.all(1);
    private static final FloatVector MINUS_ONE = Lanes.all(-1);
    private static final DoubleVector ONE_DOUBLE = DoubleVector.broadcast(D, 1);
    private static final DoubleVector MINUS_ONE_DOUBLE = DoubleVector.broadcast(D, -1);
    private static final VectorShuffle<Double> BY_4 = turnedBy(4);
    private static final VectorShuffle<Double> BY_2 = turnedBy(2);
    private static final VectorShuffle<Double> BY_1 = turnedBy(1);
    /** Elements of a row in one iteration of {@link #inFloat}. */
    static final int STEP = 2 * N;

    private SignedProducts() {}

    /**
     * Computes four products in float32 of rows padded with zeros to a multiple of {@link #STEP}; {@link #depth} bounds
     * the error. Takes four at once, because adding up the lanes of one vector takes as long as half a product.
     *
     * @param at where the rows start
     * @param from where their signs start
     * @param first index of the four in both arrays
     * @param out takes the products, {@code [first, first + 4)}. Modified.
     */
    static void inFloat(float[] x, int[] at, int n, long[] signs, int[] from, int first, float[] out) {
        int x0 = at[first];
        int x1 = at[first + 1];
        int x2 = at[first + 2];
        int x3 = at[first + 3];
        int s0 = from[first];
        int s1 = from[first + 1];
        int s2 = from[first + 2];
        int s3 = from[first + 3];
        FloatVector a = Lanes.zero();
        FloatVector b = Lanes.zero();
        FloatVector c = Lanes.zero();
        FloatVector d = Lanes.zero();
        FloatVector e = Lanes.zero();
        FloatVector f = Lanes.zero();
        FloatVector g = Lanes.zero();
        FloatVector h = Lanes.zero();
        for (int i = 0; i < n; i += STEP) {
            int word = i / Long.SIZE;
            int shift = i % Long.SIZE;
            long p = signs[s0 + word] >>> shift;
            a = Lanes.load(x, x0 + i).fma(ones(p), a);
            b = Lanes.load(x, x0 + i + N).fma(ones(p >>> N), b);
            long q = signs[s1 + word] >>> shift;
            c = Lanes.load(x, x1 + i).fma(ones(q), c);
            d = Lanes.load(x, x1 + i + N).fma(ones(q >>> N), d);
            long r = signs[s2 + word] >>> shift;
            e = Lanes.load(x, x2 + i).fma(ones(r), e);
            f = Lanes.load(x, x2 + i + N).fma(ones(r >>> N), f);
            long s = signs[s3 + word] >>> shift;
            g = Lanes.load(x, x3 + i).fma(ones(s), g);
            h = Lanes.load(x, x3 + i + N).fma(ones(s >>> N), h);
        }
        Lanes.sums(a.add(b), c.add(d), e.add(f), g.add(h), out, first);
    }

    /** -1 where the bit is set, otherwise 1. Products with these are exact and faster than a masked negation. */
    static FloatVector ones(long bits) {
        return ONE.blend(MINUS_ONE, VectorMask.fromLong(F, bits));
    }

    /**
     * The number of additions a term of {@link #inFloat} takes part in: to first order the error is at most this many
     * times 2⁻²⁴ Σ|x|.
     */
    static int depth(int n) {
        return Math.ceilDiv(n, STEP) + 1 + Integer.numberOfTrailingZeros(N);
    }

    /** Negates the lanes whose bit is set. */
    static FloatVector signed(FloatVector x, long bits) {
        return x.lanewise(VectorOperators.NEG, VectorMask.fromLong(F, bits));
    }

    /**
     * Adds {@code out += factor x} and computes the float32 product of x with the signs, reading x once.
     *
     * @return Σ±x in the summation order of {@link WinnerSums#product}
     */
    static float addScaled(float[] x, int at, float factor, float[] out, int to, int n, long[] signs, int from) {
        if (2 * N != WinnerSums.LANES) {
            RowMath.addScaled(x, at, factor, out, to, n);
            return WinnerSums.product(x, at, n, signs, from);
        }
        FloatVector f = Lanes.all(factor);
        FloatVector a = Lanes.zero();
        FloatVector b = Lanes.zero();
        int i = 0;
        for (; i <= n - 2 * N; i += 2 * N) {
            long bits = signs[from + i / Long.SIZE] >>> i % Long.SIZE;
            FloatVector u = Lanes.load(x, at + i);
            FloatVector v = Lanes.load(x, at + i + N);
            u.fma(f, Lanes.load(out, to + i)).intoArray(out, to + i);
            v.fma(f, Lanes.load(out, to + i + N)).intoArray(out, to + i + N);
            a = u.fma(ones(bits), a);
            b = v.fma(ones(bits >>> N), b);
        }
        if (i < n) {
            RowMath.addScaled(x, at + i, factor, out, to + i, n - i);
            long bits = signs[from + i / Long.SIZE] >>> i % Long.SIZE;
            float[] rest = WinnerSums.padded(x, at + i, n - i);
            a = Lanes.load(rest, 0).fma(ones(bits), a);
            b = Lanes.load(rest, N).fma(ones(bits >>> N), b);
        }
        return WinnerSums.sum(a, b);
    }

    /** {@code Σ±x} in float64. */
    static double inDouble(float[] x, int at, int n, long[] signs, int from) {
        DoubleVector a = DoubleVector.zero(D);
        DoubleVector b = DoubleVector.zero(D);
        DoubleVector c = DoubleVector.zero(D);
        DoubleVector d = DoubleVector.zero(D);
        int i = 0;
        for (; i <= n - 4 * H; i += 4 * H) {
            long bits = signs[from + i / Long.SIZE] >>> i % Long.SIZE;
            a = doubles(FloatVector.fromArray(HALF, x, at + i)).fma(oneDoubles(bits), a);
            b = doubles(FloatVector.fromArray(HALF, x, at + i + H)).fma(oneDoubles(bits >>> H), b);
            c = doubles(FloatVector.fromArray(HALF, x, at + i + 2 * H)).fma(oneDoubles(bits >>> 2 * H), c);
            d = doubles(FloatVector.fromArray(HALF, x, at + i + 3 * H)).fma(oneDoubles(bits >>> 3 * H), d);
        }
        double sum = sum(a.add(b).add(c.add(d)));
        for (; i < n; i++) {
            sum += (signs[from + i / Long.SIZE] >>> i % Long.SIZE & 1) == 0 ? x[at + i] : -x[at + i];
        }
        return sum;
    }

    /** Euclidean norm in float64. */
    static double norm(float[] x, int at, int n) {
        DoubleVector a = DoubleVector.zero(D);
        DoubleVector b = DoubleVector.zero(D);
        int i = 0;
        for (; i <= n - 2 * H; i += 2 * H) {
            DoubleVector u = doubles(FloatVector.fromArray(HALF, x, at + i));
            DoubleVector v = doubles(FloatVector.fromArray(HALF, x, at + i + H));
            a = u.fma(u, a);
            b = v.fma(v, b);
        }
        double sum = sum(a.add(b));
        for (; i < n; i++) {
            sum += (double) x[at + i] * x[at + i];
        }
        return Math.sqrt(sum);
    }

    /** Computes {@code out = x factor - middle}, rounded once. */
    static void center(float[] x, int at, int n, double factor, double[] middle, float[] out, int to) {
        DoubleVector f = DoubleVector.broadcast(D, factor);
        int i = 0;
        for (; i <= n - H; i += H) {
            DoubleVector y =
                    doubles(FloatVector.fromArray(HALF, x, at + i)).mul(f).sub(DoubleVector.fromArray(D, middle, i));
            ((FloatVector) y.convertShape(VectorOperators.D2F, HALF, 0)).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            out[to + i] = (float) (x[at + i] * factor - middle[i]);
        }
    }

    private static DoubleVector oneDoubles(long bits) {
        return ONE_DOUBLE.blend(MINUS_ONE_DOUBLE, VectorMask.fromLong(D, bits));
    }

    private static DoubleVector doubles(FloatVector x) {
        return (DoubleVector) x.convertShape(VectorOperators.F2D, D, 0);
    }

    /** The sum of all lanes, in the order of {@link Lanes#sum}. */
    private static double sum(DoubleVector v) {
        DoubleVector w = v;
        if (H > 4) {
            w = w.add(w.rearrange(BY_4));
        }
        if (H > 2) {
            w = w.add(w.rearrange(BY_2));
        }
        return w.add(w.rearrange(BY_1)).lane(0);
    }

    private static VectorShuffle<Double> turnedBy(int lanes) {
        return VectorShuffle.fromOp(D, i -> (i + lanes) % H);
    }
}
