package org.unmute.tensor;

/**
 * Resizing along axes, as in torch's {@code interpolate}. Each axis is multiplied by a constant matrix {@code [out,
 * in]}, so resizing is differentiable and runs on every backend.
 */
public final class Interpolation {
    /** Coefficient {@code a} of the cubic kernel. */
    private static final double CUBIC = -0.75;
    /** Coefficient {@code a} of the antialiased cubic kernel, as in Pillow and torch. */
    private static final double CUBIC_ANTIALIASED = -0.5;

    private Interpolation() {}

    /** How values between samples are interpolated. */
    public enum Mode {
        /** The sample at or before the position. */
        NEAREST,
        /** Linear between neighbours; on two axes this is "bilinear". */
        LINEAR,
        /**
         * Cubic convolution over four neighbours, a = -0.75, with the border repeated; on two axes this is "bicubic".
         */
        CUBIC,
        /** Linear with a kernel that widens as the result shrinks. */
        LINEAR_ANTIALIASED,
        /** Cubic, a = -0.5, with a kernel that widens as the result shrinks. */
        CUBIC_ANTIALIASED
    }

    /**
     * Resizes one axis to a new size.
     *
     * @param alignCorners whether to align the centres of the first and last samples instead of their outer edges; only
     *     for {@code LINEAR} and {@code CUBIC}
     */
    public static Tensor resize(Tensor x, int axis, long size, Mode mode, boolean alignCorners) {
        int in = x.shape().dim(axis);
        int out = Math.toIntExact(size);
        requireSizes(in, size);
        if (alignCorners && mode != Mode.LINEAR && mode != Mode.CUBIC) {
            throw new IllegalArgumentException("interpolate: " + mode + " does not align corners");
        }
        double step = alignCorners ? out > 1 ? (in - 1.0) / (out - 1) : 0 : (double) in / out;
        return apply(x, axis, matrix(in, out, step, mode, alignCorners));
    }

    /**
     * Resizes one axis by a factor, to {@code ⌊size · factor⌋}. Positions are computed from the factor, as with torch's
     * {@code recompute_scale_factor=False}, not from the ratio of the two sizes, which differs if {@code size · factor}
     * is not whole.
     */
    public static Tensor scale(Tensor x, int axis, double factor, Mode mode) {
        int in = x.shape().dim(axis);
        if (!(factor > 0)) {
            throw new IllegalArgumentException("interpolate: the factor must be above 0, is " + factor);
        }
        long out = (long) Math.floor(in * factor);
        requireSizes(in, out);
        return apply(x, axis, matrix(in, Math.toIntExact(out), 1 / factor, mode, false));
    }

    /** {@link #resize} of the last two axes. */
    public static Tensor resize2d(Tensor x, long rows, long columns, Mode mode, boolean alignCorners) {
        return resize(resize(x, -2, rows, mode, alignCorners), -1, columns, mode, alignCorners);
    }

    /** {@link #scale} of the last two axes. */
    public static Tensor scale2d(Tensor x, double rowFactor, double columnFactor, Mode mode) {
        return scale(scale(x, -2, rowFactor, mode), -1, columnFactor, mode);
    }

    /**
     * Resizes position embeddings to another grid. The first {@code extra} rows (such as cls) are kept as they are.
     *
     * @param positions {@code [batch, extra + rows · columns, dim]}, row-major in the grid
     * @return {@code [batch, extra + newRows · newColumns, dim]}
     */
    public static Tensor resizePositions(
            Tensor positions, int extra, long rows, long columns, long newRows, long newColumns, Mode mode) {
        if (positions.rank() != 3 || extra < 0 || positions.size(1) != extra + rows * columns) {
            throw new IllegalArgumentException("positions: need [batch, " + extra + " + " + rows + " x " + columns
                    + ", dim], are " + positions.shape());
        }
        long batch = positions.size(0);
        long dim = positions.size(2);
        Tensor grid = positions.slice(1, extra, rows * columns).reshape(batch, rows, columns, dim);
        Tensor resized = resize(resize(grid, 1, newRows, mode, false), 2, newColumns, mode, false)
                .reshape(batch, newRows * newColumns, dim);
        return extra == 0 ? resized : Tensor.concat(1, positions.slice(1, 0, extra), resized);
    }

    private static void requireSizes(long in, long out) {
        if (in < 1 || out < 1) {
            throw new IllegalArgumentException("interpolate: sizes must be at least 1: from " + in + " to " + out);
        }
    }

    private static Tensor apply(Tensor x, int axis, double[][] matrix) {
        int out = matrix.length;
        int in = matrix[0].length;
        float[] single = new float[Math.multiplyExact(out, in)];
        double[] exact = new double[single.length];
        for (int i = 0; i < exact.length; i++) {
            exact[i] = matrix[i / in][i % in];
            single[i] = (float) exact[i];
        }
        Tensor weight = x.dtype() == DType.F64
                ? Tensor.of(x.backend(), exact, out, in)
                : Tensor.of(x.backend(), single, out, in);
        int a = x.shape().axis(axis);
        return a == x.rank() - 1
                ? x.linear(weight, null)
                : x.transpose(a, -1).linear(weight, null).transpose(a, -1);
    }

    /** Row i holds the weights of the samples in result i. {@code step} is the distance between results, in samples. */
    private static double[][] matrix(int in, int out, double step, Mode mode, boolean alignCorners) {
        double[][] m = new double[out][in];
        for (int i = 0; i < out; i++) {
            double[] row = m[i];
            double at = alignCorners ? i * step : (i + 0.5) * step - 0.5;
            switch (mode) {
                // In float32, as in torch, because at exact multiples the rounding decides.
                case NEAREST -> row[Math.min(in - 1, (int) Math.floor(i * (float) step))] = 1;
                case LINEAR -> linear(row, Math.max(0, at));
                case CUBIC -> cubic(row, at);
                case LINEAR_ANTIALIASED, CUBIC_ANTIALIASED -> antialiased(row, (i + 0.5) * step, step, mode);
            }
        }
        return m;
    }

    private static void linear(double[] row, double at) {
        int left = Math.min((int) at, row.length - 1);
        int right = Math.min(left + 1, row.length - 1);
        double t = Math.min(at - left, 1);
        row[left] += 1 - t;
        row[right] += t;
    }

    private static void cubic(double[] row, double at) {
        int left = (int) Math.floor(at);
        for (int k = -1; k <= 2; k++) {
            int j = Math.clamp((long) left + k, 0, row.length - 1);
            row[j] += cubicKernel(at - (left + k), CUBIC);
        }
    }

    /**
     * The kernel sampled around {@code center} and normalised to sum 1. Positions are in samples, whose edges are at
     * whole numbers.
     */
    private static void antialiased(double[] row, double center, double step, Mode mode) {
        double stretch = Math.max(step, 1);
        double reach = stretch * (mode == Mode.LINEAR_ANTIALIASED ? 1 : 2);
        int from = Math.max(0, (int) (center - reach + 0.5));
        int to = Math.min(row.length, (int) (center + reach + 0.5));
        double sum = 0;
        for (int j = from; j < to; j++) {
            double t = (j + 0.5 - center) / stretch;
            row[j] = mode == Mode.LINEAR_ANTIALIASED ? Math.max(0, 1 - Math.abs(t)) : cubicKernel(t, CUBIC_ANTIALIASED);
            sum += row[j];
        }
        for (int j = from; j < to; j++) {
            row[j] /= sum;
        }
    }

    /** Keys' cubic convolution kernel. */
    private static double cubicKernel(double t, double a) {
        double d = Math.abs(t);
        if (d < 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }
}
