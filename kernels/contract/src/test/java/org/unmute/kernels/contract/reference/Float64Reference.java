package org.unmute.kernels.contract.reference;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/**
 * The scalar backend with its own loops where all operands are float64. It is many times faster and gives the same
 * bits, because it computes the same terms and adds them in the same order. A test compares the two.
 */
public final class Float64Reference extends ScalarBackend {
    /** The only one; it keeps no state. */
    public static final Float64Reference INSTANCE = new Float64Reference();

    private Float64Reference() {}

    private static boolean areDoubles(View... views) {
        return Arrays.stream(views).allMatch(v -> v.dtype() == DType.F64);
    }

    private static void map(View x, View out, DoubleUnaryOperator f) {
        double[] a = x.host().doubles();
        double[] o = out.host().doubles();
        RowLoop loop = new RowLoop(x, out);
        int n = loop.length();
        int stepA = loop.step(0);
        int stepO = loop.step(1);
        loop.forEach(at -> {
            for (int i = 0, k = at[0], j = at[1]; i < n; i++, k += stepA, j += stepO) {
                o[j] = f.applyAsDouble(a[k]);
            }
        });
    }

    @Override
    public void copy(View x, View out) {
        if (!areDoubles(x, out)) {
            super.copy(x, out);
            return;
        }
        map(x, out, v -> v);
    }

    @Override
    public void unary(Unary f, double p, double q, View x, View out) {
        if (!areDoubles(x, out)) {
            super.unary(f, p, q, x, out);
            return;
        }
        map(x, out, v -> f.apply(v, p, q));
    }

    @Override
    public void binary(Binary f, View a, View b, View out) {
        if (!areDoubles(a, b, out)) {
            super.binary(f, a, b, out);
            return;
        }
        double[] x = a.host().doubles();
        double[] y = b.host().doubles();
        double[] o = out.host().doubles();
        RowLoop loop = new RowLoop(a, b, out);
        int n = loop.length();
        int stepX = loop.step(0);
        int stepY = loop.step(1);
        int stepO = loop.step(2);
        loop.forEach(at -> {
            for (int i = 0, k = at[0], l = at[1], j = at[2]; i < n; i++, k += stepX, l += stepY, j += stepO) {
                o[j] = f.apply(x[k], y[l]);
            }
        });
    }

    @Override
    public void affine(View x, double scale, double shift, View out) {
        if (!areDoubles(x, out)) {
            super.affine(x, scale, shift, out);
            return;
        }
        map(x, out, v -> v * scale + shift);
    }

    @Override
    public void reduce(Reduce f, View x, View out) {
        if (!areDoubles(x, out)) {
            super.reduce(f, x, out);
            return;
        }
        View result = allocate(DType.F64, out.shape());
        double[] o = result.host().doubles();
        Arrays.fill(
                o,
                switch (f) {
                    case SUM -> 0;
                    case MAX -> Double.NEGATIVE_INFINITY;
                    case MIN -> Double.POSITIVE_INFINITY;
                });
        double[] a = x.host().doubles();
        RowLoop loop = new RowLoop(x, result.expand(x.shape()));
        int n = loop.length();
        int stepA = loop.step(0);
        int stepO = loop.step(1);
        loop.forEach(at -> {
            for (int i = 0, k = at[0], j = at[1]; i < n; i++, k += stepA, j += stepO) {
                o[j] = switch (f) {
                    case SUM -> o[j] + a[k];
                    case MAX -> Math.max(o[j], a[k]);
                    case MIN -> Math.min(o[j], a[k]);
                };
            }
        });
        copy(result, out);
    }

    @Override
    public void matmul(View a, View b, View out) {
        if (!areDoubles(a, b, out) || a.shape().size(-1) == 0) {
            super.matmul(a, b, out);
            return;
        }
        if (out.shape().rank() == 2) {
            product(a, b, out);
            return;
        }
        for (long i = 0; i < out.shape().size(0); i++) {
            matmul(a.select(0, i), b.select(0, i), out.select(0, i));
        }
    }

    /** Adds to a row of the result one row of {@code b} after the other. */
    private static void product(View a, View b, View out) {
        View rows = b;
        if (b.stride(1) != 1) {
            rows = INSTANCE.allocate(DType.F64, b.shape());
            INSTANCE.copy(b, rows);
        }
        double[] x = a.host().doubles();
        double[] y = rows.host().doubles();
        double[] o = out.host().doubles();
        double[] sums = new double[out.shape().dim(1)];
        int k = a.shape().dim(1);
        for (long i = 0; i < out.shape().size(0); i++) {
            Arrays.fill(sums, 0);
            for (long c = 0; c < k; c++) {
                double factor = x[Math.toIntExact(a.offset() + i * a.stride(0) + c * a.stride(1))];
                add(factor, y, Math.toIntExact(rows.offset() + c * rows.stride(0)), sums);
            }
            for (int j = 0; j < sums.length; j++) {
                o[Math.toIntExact(out.offset() + i * out.stride(0) + j * out.stride(1))] = sums[j];
            }
        }
    }

    private static void add(double factor, double[] row, int from, double[] sums) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] += factor * row[from + j];
        }
    }
}
