package org.unmute.kernels.vector.reduce;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.first;
import static org.unmute.kernels.vector.runtime.Lanes.load;
import static org.unmute.kernels.vector.runtime.Lanes.store;

import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.VectorMath;

/** Softmax of a row, its logarithm, and the gradients of both. */
public final class Softmax {
    private Softmax() {}

    /** {@code out = softmax(x)} over views x and out. */
    public static void forward(float[][] d, int[] at, int n) {
        float max = RowMath.max(d[0], at[0], n);
        float inverse = 1 / RowMath.exponentials(d[0], at[0], max, d[1], at[1], n);
        RowMath.scale(d[1], at[1], inverse, d[1], at[1], n);
    }

    /** {@code out = log softmax(x)} over views x and out. */
    public static void logForward(float[][] d, int[] at, int n) {
        float max = RowMath.max(d[0], at[0], n);
        float log = (float) Math.log(sumOfExponentials(d[0], at[0], max, n));
        int i = 0;
        for (; i <= n - N; i += N) {
            load(d[0], at[0] + i).sub(max).sub(log).intoArray(d[1], at[1] + i);
        }
        if (i < n) {
            store(load(d[0], at[0] + i, n - i).sub(max).sub(log), d[1], at[1] + i, n - i);
        }
    }

    /** {@code gx = y (gy - Σ gy y)} over views y, gy and gx. */
    public static void backward(float[][] d, int[] at, int n) {
        float dot = RowMath.dot(d[0], at[0], d[1], at[1], n);
        int i = 0;
        for (; i <= n - N; i += N) {
            load(d[1], at[1] + i).sub(dot).mul(load(d[0], at[0] + i)).intoArray(d[2], at[2] + i);
        }
        if (i < n) {
            store(load(d[1], at[1] + i, n - i).sub(dot).mul(load(d[0], at[0] + i, n - i)), d[2], at[2] + i, n - i);
        }
    }

    /** {@code gx = gy - exp(y) Σ gy} over views y, gy and gx. */
    public static void logBackward(float[][] d, int[] at, int n) {
        float sum = RowMath.sum(d[1], at[1], n);
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
}
