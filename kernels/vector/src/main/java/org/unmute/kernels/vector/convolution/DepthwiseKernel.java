package org.unmute.kernels.vector.convolution;

import static org.unmute.kernels.vector.runtime.Lanes.F;
import static org.unmute.kernels.vector.runtime.Lanes.N;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;

/**
 * Convolution of each channel by itself, with channels last. A row of the result, all its columns and channels, is one
 * sequence of floats, and so is what a tap sees of a row of the input: vectors run across columns, so that few channels
 * fill them as well as many. For that, a task copies each row of the input that it needs once, with its padding; with a
 * stride, columns that lie a stride apart lie side by side in the copy. Weights are repeated to whole vectors.
 *
 * <p>A result is {@code bias + Σ weight x} by fused multiply-adds, in the order of the taps, whatever its position.
 */
public final class DepthwiseKernel {
    /** Floats of the result in a task. */
    private static final int TASK = 32_768;
    /** Rows of the result in a task at least, since a task copies the rows around them as well. */
    private static final int MIN_ROWS = 8;
    /** Vectors that are computed together with the same weights. */
    private static final int TOGETHER = 4;

    private final View x;
    private final View out;
    private final SlidingWindow window;
    private final ElementLoops.Kernel activation;
    private final int channels;
    private final int across;
    private final int down;
    /** Floats after which weights repeat: whole columns and whole vectors. */
    private final int period;
    /** Floats of a row of the result. */
    private final int length;
    /** Columns of one phase of the stride in the copy of a row, and the floats of a row's copy. */
    private final int phaseColumns;

    private final int rowFloats;
    /** Rows of the copy: those that a row of the result sees. */
    private final int span;
    /** {@code [taps, period]}, then the bias. */
    private final float[] weights;

    private DepthwiseKernel(
            View x, View weight, View bias, ElementLoops.Kernel activation, SlidingWindow window, View out) {
        this.x = x;
        this.out = out;
        this.window = window;
        this.activation = activation;
        channels = x.shape().dim(3);
        down = out.shape().dim(1);
        across = out.shape().dim(2);
        length = across * channels;
        period = channels * (N / greatestDivisor(channels, N));
        phaseColumns = across + (window.width() - 1) * window.dilationX() / window.strideX();
        rowFloats = Lanes.roundUp(window.strideX() * phaseColumns * channels, N) + TOGETHER * period;
        span = (window.height() - 1) * window.dilationY() + 1;
        weights = repeated(weight, bias);
    }

    /** Whether all are float arrays and channels lie side by side. */
    public static boolean fits(View x, View out) {
        return x.shape().size(3) == 1 || x.stride(3) == 1 && out.stride(3) == 1;
    }

    /** @param activation applied to the results, or null */
    public static void run(
            WorkerPool pool,
            View x,
            View weight,
            View bias,
            ElementLoops.Kernel activation,
            SlidingWindow window,
            View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        DepthwiseKernel kernel = new DepthwiseKernel(x, weight, bias, activation, window, out);
        int rows = out.shape().dim(0) * kernel.down;
        int each = Math.max(MIN_ROWS, Math.min(TASK / kernel.length, Math.ceilDiv(rows, 2 * pool.threads())));
        pool.forEachRange(rows, each, kernel::rows);
    }

    private static int greatestDivisor(int a, int b) {
        return b == 0 ? a : greatestDivisor(b, a % b);
    }

    private float[] repeated(View weight, View bias) {
        int taps = window.height() * window.width();
        float[] all = new float[(taps + 1) * period];
        float[] w = weight.host().floats();
        for (int t = 0; t < taps; t++) {
            int dy = t / window.width();
            int dx = t % window.width();
            long at = weight.offset() + dy * weight.stride(0) + dx * weight.stride(1);
            for (int i = 0; i < period; i++) {
                all[t * period + i] = w[(int) (at + i % channels * weight.stride(2))];
            }
        }
        for (int i = 0; bias != null && i < period; i++) {
            all[taps * period + i] = bias.host().floats()[(int) (bias.offset() + i % channels * bias.stride(0))];
        }
        return all;
    }

    /** Rows {@code from} to {@code to} of all clips' results. */
    private void rows(int from, int to) {
        float[] copy = new float[span * rowFloats];
        int[] held = new int[span];
        Arrays.fill(held, -1);
        float[] result = new float[Lanes.roundUp(length, period)];
        int[] seen = new int[window.height() * window.width()];
        int[] taps = new int[seen.length];
        int height = x.shape().dim(1);
        float[][] data = {result, result};
        for (int row = from; row < to; row++) {
            int clip = row / down;
            int count = 0;
            for (int dy = 0; dy < window.height(); dy++) {
                int r = row % down * window.strideY() - window.padY() + dy * window.dilationY();
                if (r < 0 || r >= height) {
                    continue;
                }
                int slot = r % span;
                if (held[slot] != clip * height + r) {
                    held[slot] = clip * height + r;
                    copyRow(clip, r, copy, slot * rowFloats);
                }
                for (int dx = 0; dx < window.width(); dx++) {
                    int column = dx * window.dilationX();
                    int phase = column % window.strideX();
                    seen[count] = slot * rowFloats + (phase * phaseColumns + column / window.strideX()) * channels;
                    taps[count++] = (dy * window.width() + dx) * period;
                }
            }
            convolve(copy, seen, taps, count, result);
            if (activation != null) {
                activation.run(data, new int[2], result.length);
            }
            store(result, clip, row % down);
        }
    }

    /** Copies a row of the input; its padding stays 0. */
    private void copyRow(int clip, int row, float[] copy, int to) {
        float[] from = x.host().floats();
        long start = x.offset() + clip * x.stride(0) + row * x.stride(1);
        int stride = window.strideX();
        int width = x.shape().dim(2);
        if (stride == 1 && (x.stride(2) == channels || width == 1)) {
            int columns = Math.min(width, phaseColumns - window.padX());
            if (columns > 0) {
                System.arraycopy(from, (int) start, copy, to + window.padX() * channels, columns * channels);
            }
            return;
        }
        for (int c = 0; c < width; c++) {
            int at = (c + window.padX()) / stride;
            int phase = (c + window.padX()) % stride;
            if (at < phaseColumns) {
                System.arraycopy(
                        from,
                        (int) (start + c * x.stride(2)),
                        copy,
                        to + (phase * phaseColumns + at) * channels,
                        channels);
            }
        }
    }

    private void convolve(float[] x, int[] seen, int[] taps, int count, float[] result) {
        int bias = window.height() * window.width() * period;
        int at = 0;
        for (; at + TOGETHER * period <= result.length; at += TOGETHER * period) {
            System.arraycopy(weights, bias, result, at, period);
            for (int p = 0; p < period; p += N) {
                four(x, seen, weights, taps, count, p, at + p, period, result);
            }
        }
        for (; at < result.length; at += period) {
            System.arraycopy(weights, bias, result, at, period);
            for (int p = 0; p < period; p += N) {
                one(x, seen, weights, taps, count, p, at + p, result);
            }
        }
    }

    /** {@value #TOGETHER} vectors, a period apart, that have the same weights. */
    private static void four(
            float[] x, int[] seen, float[] weights, int[] taps, int count, int p, int at, int period, float[] result) {
        FloatVector a = FloatVector.fromArray(F, result, at);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int t = 0; t < count; t++) {
            FloatVector w = FloatVector.fromArray(F, weights, taps[t] + p);
            int from = seen[t] + at;
            a = w.fma(FloatVector.fromArray(F, x, from), a);
            b = w.fma(FloatVector.fromArray(F, x, from + period), b);
            c = w.fma(FloatVector.fromArray(F, x, from + 2 * period), c);
            d = w.fma(FloatVector.fromArray(F, x, from + 3 * period), d);
        }
        a.intoArray(result, at);
        b.intoArray(result, at + period);
        c.intoArray(result, at + 2 * period);
        d.intoArray(result, at + 3 * period);
    }

    private static void one(
            float[] x, int[] seen, float[] weights, int[] taps, int count, int p, int at, float[] result) {
        FloatVector a = FloatVector.fromArray(F, result, at);
        for (int t = 0; t < count; t++) {
            FloatVector w = FloatVector.fromArray(F, weights, taps[t] + p);
            a = w.fma(FloatVector.fromArray(F, x, seen[t] + at), a);
        }
        a.intoArray(result, at);
    }

    private void store(float[] result, int clip, int row) {
        float[] to = out.host().floats();
        long start = out.offset() + clip * out.stride(0) + row * out.stride(1);
        if (out.stride(2) == channels || across == 1) {
            System.arraycopy(result, 0, to, (int) start, length);
            return;
        }
        for (int c = 0; c < across; c++) {
            System.arraycopy(result, c * channels, to, (int) (start + c * out.stride(2)), channels);
        }
    }
}
