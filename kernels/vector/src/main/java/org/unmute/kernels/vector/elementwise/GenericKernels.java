package org.unmute.kernels.vector.elementwise;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/**
 * The fallback for integers, conversions and rare functions: elements are read as doubles, computed by definition and
 * rounded once. Parallel where elements are independent.
 */
public final class GenericKernels {
    private final ElementLoops loops;

    public GenericKernels(ElementLoops loops) {
        this.loops = loops;
    }

    void copy(View x, View out) {
        HostBuffer a = x.host();
        HostBuffer o = out.host();
        loops.pieces(
                (at, step, n) -> {
                    for (int i = 0; i < n; i++) {
                        o.set(at[1] + i * step[1], a.get(at[0] + i * step[0]));
                    }
                },
                x,
                out);
    }

    public void unary(Unary f, double p, double q, View x, View out) {
        map(v -> f.apply(v[0], p, q), x, out);
    }

    public void unaryBackward(Unary f, double p, double q, View x, View y, View gy, View gx) {
        map(v -> v[2] * f.derivative(v[0], v[1], p, q), x, y, gy, gx);
    }

    public void binary(Binary f, View a, View b, View out) {
        map(v -> f.apply(v[0], v[1]), a, b, out);
    }

    public void affine(View x, double scale, double shift, View out) {
        map(v -> v[0] * scale + shift, x, out);
    }

    public void select(View condition, View a, View b, View out) {
        map(v -> v[0] != 0 ? v[1] : v[2], condition, a, b, out);
    }

    /** Computes each element of the last view from those of the others. */
    private void map(ToDoubleFunction<double[]> f, View... views) {
        HostBuffer[] data = Arrays.stream(views).map(View::host).toArray(HostBuffer[]::new);
        int out = views.length - 1;
        loops.pieces(
                (at, step, n) -> {
                    double[] values = new double[out];
                    for (int i = 0; i < n; i++) {
                        for (int v = 0; v < out; v++) {
                            values[v] = data[v].get(at[v] + i * step[v]);
                        }
                        data[out].set(at[out] + i * step[out], f.applyAsDouble(values));
                    }
                },
                views);
    }

    public void reduce(Reduce f, View x, View out) {
        double[] acc = new double[Math.toIntExact(out.shape().elements())];
        Arrays.fill(
                acc,
                switch (f) {
                    case SUM -> 0;
                    case MAX -> Double.NEGATIVE_INFINITY;
                    case MIN -> Double.POSITIVE_INFINITY;
                });
        HostBuffer a = x.host();
        View sums = View.dense(HostBuffer.wrap(acc), out.shape());
        int[][] at = Offsets.ofElements(x, sums.expand(x.shape()));
        for (int i = 0; i < at[0].length; i++) {
            double v = a.get(at[0][i]);
            int to = at[1][i];
            acc[to] = switch (f) {
                case SUM -> acc[to] + v;
                case MAX -> Math.max(acc[to], v);
                case MIN -> Math.min(acc[to], v);
            };
        }
        copy(sums, out);
    }

    public void extreme(boolean max, View x, View values, View indices) {
        HostBuffer a = x.host();
        int n = x.shape().dim(-1);
        int along = Math.toIntExact(x.stride(-1));
        loops.pieces(
                (at, step, rows) -> {
                    for (int r = 0; r < rows; r++) {
                        int first = at[0] + r * step[0];
                        int best = 0;
                        for (int i = 1; i < n; i++) {
                            double c = a.get(first + i * along);
                            double b = a.get(first + best * along);
                            if (max ? c > b : c < b) {
                                best = i;
                            }
                        }
                        values.host().set(at[1] + r * step[1], a.get(first + best * along));
                        indices.host().set(at[2] + r * step[2], best);
                    }
                },
                x.select(-1, 0),
                values,
                indices);
    }

    public void matmul(View a, View b, View out) {
        int k = a.shape().dim(-1);
        int stepA = Math.toIntExact(a.stride(-1));
        int stepB = Math.toIntExact(b.stride(-2));
        View rows = a.select(-1, 0).insert(a.shape().rank() - 1).expand(out.shape());
        View columns = b.select(-2, 0).insert(b.shape().rank() - 2).expand(out.shape());
        HostBuffer x = a.host();
        HostBuffer y = b.host();
        loops.pieces(
                (at, step, n) -> {
                    for (int i = 0; i < n; i++) {
                        double sum = 0;
                        for (int j = 0; j < k; j++) {
                            sum += x.get(at[0] + i * step[0] + j * stepA) * y.get(at[1] + i * step[1] + j * stepB);
                        }
                        out.host().set(at[2] + i * step[2], sum);
                    }
                },
                rows,
                columns,
                out);
    }
}
