package org.unmute.kernels.vector.runtime;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.all;
import static org.unmute.kernels.vector.runtime.Lanes.first;
import static org.unmute.kernels.vector.runtime.Lanes.load;
import static org.unmute.kernels.vector.runtime.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.unmute.tensor.backend.Backend;

/**
 * Arithmetic on one row of {@code n} contiguous floats. Sums accumulate lane by lane; the lanes are added at the end.
 */
public final class RowMath {
    /** The smallest norm a row is divided by. */
    public static final float NORM_FLOOR = (float) Backend.NORM_FLOOR;

    private RowMath() {}

    /** {@code Σ x} */
    public static float sum(float[] x, int at, int n) {
        FloatVector sum = Lanes.zero();
        int i = 0;
        for (; i <= n - N; i += N) {
            sum = sum.add(load(x, at + i));
        }
        if (i < n) {
            sum = sum.add(load(x, at + i, n - i));
        }
        return Lanes.sum(sum);
    }

    /** {@code Σ x y} */
    public static float dot(float[] x, int at, float[] y, int from, int n) {
        FloatVector sum = Lanes.zero();
        int i = 0;
        for (; i <= n - N; i += N) {
            sum = load(x, at + i).fma(load(y, from + i), sum);
        }
        if (i < n) {
            sum = load(x, at + i, n - i).fma(load(y, from + i, n - i), sum);
        }
        return Lanes.sum(sum);
    }

    /** The maximum: NaN if the row has one, minus infinity if it is empty. */
    public static float max(float[] x, int at, int n) {
        FloatVector m = all(Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= n - N; i += N) {
            m = m.max(load(x, at + i));
        }
        if (i < n) {
            m = m.max(load(x, at + i, n - i, Float.NEGATIVE_INFINITY));
        }
        return m.reduceLanes(VectorOperators.MAX);
    }

    /** The minimum: NaN if the row has one, infinity if it is empty. */
    public static float min(float[] x, int at, int n) {
        FloatVector m = all(Float.POSITIVE_INFINITY);
        int i = 0;
        for (; i <= n - N; i += N) {
            m = m.min(load(x, at + i));
        }
        if (i < n) {
            m = m.min(load(x, at + i, n - i, Float.POSITIVE_INFINITY));
        }
        return m.reduceLanes(VectorOperators.MIN);
    }

    /** {@code max(‖x‖, 1e-12)} */
    public static float norm(float[] x, int at, int n) {
        return Math.max(NORM_FLOOR, (float) Math.sqrt(dot(x, at, x, at, n)));
    }

    /** {@code out = x factor}; {@code out} may be {@code x}. */
    public static void scale(float[] x, int at, float factor, float[] out, int to, int n) {
        int i = 0;
        for (; i <= n - N; i += N) {
            load(x, at + i).mul(factor).intoArray(out, to + i);
        }
        if (i < n) {
            store(load(x, at + i, n - i).mul(factor), out, to + i, n - i);
        }
    }

    /**
     * {@code out = x / norm}. Divides instead of multiplying by the reciprocal, which is denormal for a norm above
     * 1e38.
     */
    public static void divide(float[] x, int at, float norm, float[] out, int to, int n) {
        int i = 0;
        for (; i <= n - N; i += N) {
            load(x, at + i).div(norm).intoArray(out, to + i);
        }
        if (i < n) {
            store(load(x, at + i, n - i).div(norm), out, to + i, n - i);
        }
    }

    /** {@code out += x factor} */
    public static void addScaled(float[] x, int at, float factor, float[] out, int to, int n) {
        FloatVector f = all(factor);
        int i = 0;
        for (; i <= n - N; i += N) {
            load(x, at + i).fma(f, load(out, to + i)).intoArray(out, to + i);
        }
        for (; i < n; i++) {
            out[to + i] = Math.fma(x[at + i], factor, out[to + i]);
        }
    }

    /**
     * {@code out = exp(x - max)}; {@code out} may be {@code x}.
     *
     * @return the sum of {@code out}
     */
    public static float exponentials(float[] x, int at, float max, float[] out, int to, int n) {
        FloatVector sum = Lanes.zero();
        int i = 0;
        for (; i <= n - N; i += N) {
            FloatVector e = VectorMath.expOfNegative(load(x, at + i).sub(max));
            e.intoArray(out, to + i);
            sum = sum.add(e);
        }
        if (i < n) {
            FloatVector e = VectorMath.expOfNegative(load(x, at + i, n - i).sub(max));
            store(e, out, to + i, n - i);
            sum = sum.add(e, first(n - i));
        }
        return Lanes.sum(sum);
    }
}
