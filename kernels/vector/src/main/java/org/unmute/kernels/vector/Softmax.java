package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.N;
import static org.unmute.kernels.vector.Lanes.all;
import static org.unmute.kernels.vector.Lanes.first;
import static org.unmute.kernels.vector.Lanes.load;
import static org.unmute.kernels.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Softmax of one row, its logarithm and their gradients. Sums run lane by lane, the lanes are added at the end. */
final class Softmax {
    private Softmax() {}

    /** Over x and out. */
    static void forward(float[][] d, int[] at, int n) {
        float max = max(d[0], at[0], n);
        float inverse = 1 / exponentials(d[0], at[0], max, d[1], at[1], n);
        scale(d[1], at[1], n, inverse);
    }

    /** Over x and out. */
    static void logForward(float[][] d, int[] at, int n) {
        float max = max(d[0], at[0], n);
        float log = (float) Math.log(sumOfExponentials(d[0], at[0], max, n));
        int i = 0;
        for (; i <= n - N; i += N) {
            load(d[0], at[0] + i).sub(max).sub(log).intoArray(d[1], at[1] + i);
        }
        if (i < n) {
            store(load(d[0], at[0] + i, n - i).sub(max).sub(log), d[1], at[1] + i, n - i);
        }
    }

    /** {@code gx = y (gy - Σ gy y)} over y, gy and gx. */
    static void backward(float[][] d, int[] at, int n) {
        float dot = dot(d[0], at[0], d[1], at[1], n);
        int i = 0;
        for (; i <= n - N; i += N) {
            load(d[1], at[1] + i).sub(dot).mul(load(d[0], at[0] + i)).intoArray(d[2], at[2] + i);
        }
        if (i < n) {
            store(load(d[1], at[1] + i, n - i).sub(dot).mul(load(d[0], at[0] + i, n - i)), d[2], at[2] + i, n - i);
        }
    }

    /** {@code gx = gy - exp(y) Σ gy} over y, gy and gx. */
    static void logBackward(float[][] d, int[] at, int n) {
        float sum = sum(d[1], at[1], n);
        int i = 0;
        for (; i <= n - N; i += N) {
            FloatVector e = VectorMath.exp(load(d[0], at[0] + i));
            load(d[1], at[1] + i).sub(e.mul(sum)).intoArray(d[2], at[2] + i);
        }
        if (i < n) {
            FloatVector e = VectorMath.exp(load(d[0], at[0] + i, n - i));
            store(load(d[1], at[1] + i, n - i).sub(e.mul(sum)), d[2], at[2] + i, n - i);
        }
    }

    static float max(float[] x, int at, int n) {
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

    /** Writes {@code exp(x - max)}, in place too, and gives the sum. */
    static float exponentials(float[] x, int at, float max, float[] out, int to, int n) {
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

    private static float sumOfExponentials(float[] x, int at, float max, int n) {
        FloatVector sum = Lanes.zero();
        int i = 0;
        for (; i <= n - N; i += N) {
            sum = sum.add(VectorMath.expOfNegative(load(x, at + i).sub(max)));
        }
        if (i < n) {
            sum = sum.add(VectorMath.expOfNegative(load(x, at + i, n - i).sub(max)), first(n - i));
        }
        return Lanes.sum(sum);
    }

    static void scale(float[] x, int at, int n, float factor) {
        int i = 0;
        for (; i <= n - N; i += N) {
            load(x, at + i).mul(factor).intoArray(x, at + i);
        }
        if (i < n) {
            store(load(x, at + i, n - i).mul(factor), x, at + i, n - i);
        }
    }

    static float sum(float[] x, int at, int n) {
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

    static float dot(float[] x, int at, float[] y, int from, int n) {
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
}
