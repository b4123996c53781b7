package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.F;
import static org.unmute.kernels.vector.Lanes.N;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Products of single rows with signs, and what else of a row is wanted in float64. */
final class SignedProducts {
    private static final VectorSpecies<Double> D = VectorSpecies.of(double.class, Lanes.SHAPE);
    /** As many floats as there are doubles in a vector. */
    private static final VectorSpecies<Float> HALF = VectorSpecies.of(float.class, VectorShape.forBitSize(Lanes.BITS / 2));
    private static final int H = HALF.length();

    private SignedProducts() {}

    /** In float32, of a row that is filled up with zeros to pairs of vectors; {@link #depth} says how wrong it can be. */
    static float inFloat(float[] x, int at, int n, long[] signs, int from) {
        FloatVector a = Lanes.zero();
        FloatVector b = Lanes.zero();
        for (int i = 0; i < n; i += 2 * N) {
            long bits = signs[from + i / Long.SIZE] >>> i % Long.SIZE;
            a = a.add(signed(Lanes.load(x, at + i), bits));
            b = b.add(signed(Lanes.load(x, at + i + N), bits >>> N));
        }
        return Lanes.sum(a.add(b));
    }

    /** Most additions that a term of {@link #inFloat} goes through: the error is at most so many times 2⁻²⁴ Σ|x|, to first order. */
    static int depth(int n) {
        return Math.ceilDiv(n, 2 * N) + 1 + Integer.numberOfTrailingZeros(N);
    }

    /** The negative in lanes whose bit is set. */
    static FloatVector signed(FloatVector x, long bits) {
        return x.lanewise(VectorOperators.NEG, VectorMask.fromLong(F, bits));
    }

    /** In float64. */
    static double inDouble(float[] x, int at, int n, long[] signs, int from) {
        DoubleVector a = DoubleVector.zero(D);
        DoubleVector b = DoubleVector.zero(D);
        int i = 0;
        for (; i <= n - 2 * H; i += 2 * H) {
            long bits = signs[from + i / Long.SIZE] >>> i % Long.SIZE;
            a = a.add(signedDoubles(x, at + i, bits));
            b = b.add(signedDoubles(x, at + i + H, bits >>> H));
        }
        double sum = sum(a.add(b));
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

    /** {@code out = x factor - middle}, rounded once. */
    static void center(float[] x, int at, int n, double factor, float[] middle, float[] out, int to) {
        DoubleVector f = DoubleVector.broadcast(D, factor);
        int i = 0;
        for (; i <= n - H; i += H) {
            DoubleVector y = doubles(FloatVector.fromArray(HALF, x, at + i)).mul(f)
                    .sub(doubles(FloatVector.fromArray(HALF, middle, i)));
            ((FloatVector) y.convertShape(VectorOperators.D2F, HALF, 0)).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            out[to + i] = (float) (x[at + i] * factor - middle[i]);
        }
    }

    private static DoubleVector signedDoubles(float[] x, int at, long bits) {
        return doubles(FloatVector.fromArray(HALF, x, at).lanewise(VectorOperators.NEG, VectorMask.fromLong(HALF, bits)));
    }

    private static DoubleVector doubles(FloatVector x) {
        return (DoubleVector) x.convertShape(VectorOperators.F2D, D, 0);
    }

    /** Halves added to each other, as {@link Lanes#sum}. */
    private static double sum(DoubleVector v) {
        double[] x = v.toArray();
        for (int half = x.length / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                x[i] += x[i + half];
            }
        }
        return x[0];
    }
}
