package org.unmute.kernels.contract;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Softmax, normalisations and their gradients, all along rows, and the optimizer step. */
public abstract class RowContract extends Contract {
    private static final double EPS = 1e-5;

    private interface Case {
        void run(Shape shape, Placement in, Placement out, ValueKind numbers);
    }

    private void cases(Case c) {
        for (int n : SIZES) {
            for (Placement in : placements()) {
                for (ValueKind numbers : new ValueKind[] {ValueKind.NORMAL, ValueKind.WIDE, ValueKind.SUBNORMAL}) {
                    c.run(Shape.of(2, 3, n), in, in.after(n), numbers);
                }
            }
        }
        c.run(Shape.of(400, 129), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL);
        c.run(Shape.of(0, 4), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL);
        c.run(Shape.of(4, 0), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL);
    }

    /** Computes one number per row. */
    private static double[] rows(double[] x, int n, ToDoubleFunction<DoubleStream> f) {
        double[] numbers = new double[n == 0 ? 0 : x.length / n];
        Arrays.setAll(numbers, row -> f.applyAsDouble(Arrays.stream(x, row * n, (row + 1) * n)));
        return numbers;
    }

    private static double[] maxAbs(double[] x, int n) {
        return rows(x, n, row -> row.map(Math::abs).max().orElse(0));
    }

    /** For the tests of a backend. */
    protected RowContract() {}

    /** Softmax and its logarithm, also in place. */
    @Test
    final void softmax() {
        cases((shape, in, out, numbers) -> {
            int n = shape.dim(-1);
            Operand x = operand(in, shape, numbers, n);
            double[] source = x.exact();
            double[] maxAbs = maxAbs(source, n);
            double[] max = rows(source, n, row -> row.max().orElse(0));
            for (boolean log : BOTH) {
                String what = (log ? "logSoftmax " : "softmax ") + shape + " " + in + " to " + out + " " + numbers;
                Operand y = output(out, shape);
                onBoth((b, at) -> softmax(b, log, at.of(x), at.of(y)));
                compare(what, y, i -> {
                    double spread = max[i / n] - source[i];
                    return log
                            ? Tolerance.logSoftmax(n, spread, maxAbs[i / n])
                            : Tolerance.softmax(n, spread + maxAbs[i / n], y.exact(i));
                });
                Operand same = operand(in, shape, numbers, n);
                softmax(backend(), log, same.view(), same.view());
                same(what + " in place", y, same);
            }
        });
    }

    private static void softmax(Backend b, boolean log, View x, View out) {
        if (log) {
            b.logSoftmax(x, out);
        } else {
            b.softmax(x, out);
        }
    }

    /** -∞ gives 0, a row of only -∞ gives NaN, and NaN and ∞ affect only their own row. */
    @Test
    final void softmaxOfSpecialValues() {
        float inf = Float.POSITIVE_INFINITY;
        float nan = Float.NaN;
        for (int n : SIZES) {
            float[] x = new float[5 * n];
            for (int i = 0; i < n; i++) {
                x[i] = i % 2 == 0 ? 0 : -inf;
                x[n + i] = -inf;
                x[2 * n + i] = i == n / 2 ? nan : 1;
                x[3 * n + i] = i == n / 2 ? inf : 1;
                x[4 * n + i] = 3e38f;
            }
            Operand y = output(Placement.PADDED, Shape.of(5, n));
            backend().softmax(input(Placement.DENSE, Shape.of(5, n), x).view(), y.view());
            float[] got = y.read();
            for (int i = 0; i < n; i++) {
                double half = 1.0 / ((n + 1) / 2);
                Check.close(
                        "masked softmax",
                        i,
                        i % 2 == 0 ? half : 0,
                        got[i],
                        i % 2 == 0 ? Tolerance.softmax(n, 0, half) : 0);
                Check.close("softmax of nothing", i, nan, got[n + i], 0);
                Check.close("softmax of NaN", i, nan, got[2 * n + i], 0);
                Check.close("softmax of infinity", i, nan, got[3 * n + i], 0);
                Check.close("softmax of equal numbers", i, 1.0 / n, got[4 * n + i], Tolerance.softmax(n, 0, 1.0 / n));
            }
        }
    }

    /** Gradients of softmax and its logarithm. */
    @Test
    final void softmaxBackward() {
        cases((shape, in, out, numbers) -> {
            int n = shape.dim(-1);
            Operand gy = operand(in, shape, numbers, n + 1);
            double[] maxAbs = maxAbs(gy.exact(), n);
            for (boolean log : BOTH) {
                String what = (log ? "logSoftmax" : "softmax") + " gradient " + shape + " " + in + " to " + out + " "
                        + numbers;
                View forward = doubles(shape);
                softmax(REFERENCE, log, operand(Placement.DENSE, shape, n).reference(), forward);
                Operand y = input(out, shape, single(forward).host().floats());
                Operand gx = output(in, shape);
                onBoth((b, at) -> {
                    if (log) {
                        b.logSoftmaxBackward(at.of(y), at.of(gy), at.of(gx));
                    } else {
                        b.softmaxBackward(at.of(y), at.of(gy), at.of(gx));
                    }
                });
                compare(what, gx, i -> Tolerance.normalized(n, (log ? n + 1 : 2) * maxAbs[i / n]));
            }
        });
    }

    /** Layer normalisation with and without weight and bias. */
    @Test
    final void layerNorm() {
        cases((shape, in, out, numbers) -> {
            int n = shape.dim(-1);
            Operand x = operand(in, shape, numbers, n);
            Operand w = operand(Placement.STRIDED, Shape.of(n), 1);
            Operand bias = operand(Placement.NEGATIVE, Shape.of(n), 2);
            double[] inverses = inverses(x.exact(), n);
            double[] normals = normals(x.exact(), inverses, n);
            for (boolean plain : BOTH) {
                String what = "layerNorm " + shape + " " + in + " to " + out + " " + numbers;
                Operand y = output(out, shape);
                onBoth((b, at) ->
                        b.layerNorm(at.of(x), plain ? null : at.of(w), plain ? null : at.of(bias), EPS, at.of(y)));
                compare(what, y, i -> {
                    double normal = normals[i / n];
                    double scale = plain ? normal : Math.abs(w.exact(i % n)) * normal + Math.abs(bias.exact(i % n));
                    return Tolerance.normalized(n, scale);
                });
            }
        });
    }

    /** {@code 1 / √(variance + eps)} of each row. */
    private static double[] inverses(double[] x, int n) {
        double[] mean = rows(x, n, row -> row.sum() / n);
        double[] deviations = new double[x.length];
        Arrays.setAll(deviations, i -> x[i] - mean[i / n]);
        return rows(deviations, n, row -> 1 / Math.sqrt(row.map(d -> d * d).sum() / n + EPS));
    }

    /** A bound on the normalised elements of each row. */
    private static double[] normals(double[] x, double[] inverses, int n) {
        double[] normals = maxAbs(x, n);
        Arrays.setAll(normals, row -> 2 * normals[row] * inverses[row]);
        return normals;
    }

    /** Gradients of layer normalisation, all together and one at a time. */
    @Test
    final void layerNormBackward() {
        cases((shape, in, out, numbers) -> {
            if (numbers != ValueKind.NORMAL) {
                return;
            }
            int n = shape.dim(-1);
            long rows = n == 0 ? shape.size(0) : shape.elements() / n;
            String what = "layerNorm gradient " + shape + " " + in + " to " + out;
            Operand x = operand(in, shape, numbers, n);
            Operand gy = operand(out, shape, numbers, n + 1);
            Operand w = operand(Placement.STRIDED, Shape.of(n), 1);
            Operand gx = output(in, shape);
            Operand gw = output(Placement.STRIDED, Shape.of(n));
            Operand gb = output(Placement.NEGATIVE, Shape.of(n));
            onBoth((b, at) -> b.layerNormBackward(at.of(x), at.of(w), EPS, at.of(gy), at.of(gx), at.of(gw), at.of(gb)));
            double[] inverses = inverses(x.exact(), n);
            double[] normals = normals(x.exact(), inverses, n);
            double wide = maxAbs(w);
            double g = maxAbs(gy);
            compare(what, gx, i -> {
                double z = 1 + normals[i / n];
                return Tolerance.normalized(n, 3 * z * z * inverses[i / n] * g * wide);
            });
            double steepest = Math.max(1, Arrays.stream(normals).max().orElse(1));
            compare(what + " of weight", gw, Tolerance.normalized(rows + n, rows * g * steepest));
            compare(what + " of bias", gb, Tolerance.normalized(rows, rows * g));
            Operand alone = output(in, shape);
            backend().layerNormBackward(x.view(), w.view(), EPS, gy.view(), alone.view(), null, null);
            same(what + " alone", gx, alone);
        });
    }

    /** Division by the Euclidean norm and its gradient. Rows of zeros stay zeros. */
    @Test
    final void l2Normalize() {
        cases((shape, in, out, numbers) -> {
            int n = shape.dim(-1);
            String what = "l2Normalize " + shape + " " + in + " to " + out + " " + numbers;
            float[] values = numbers.make(shape.elements(), n);
            Arrays.fill(values, 0, Math.min(n, values.length), 0);
            Operand x = input(in, shape, values);
            Operand y = output(out, shape);
            onBoth((b, at) -> b.l2Normalize(at.of(x), at.of(y)));
            compare(what, y, i -> Tolerance.normalized(n, Math.abs(y.exact(i))));
            Operand forward = y.written();
            Operand gy = operand(in, shape, n + 1);
            Operand gx = output(out, shape);
            onBoth((b, at) -> b.l2NormalizeBackward(at.of(x), at.of(forward), at.of(gy), at.of(gx)));
            double[] maxAbs = maxAbs(gy.exact(), n);
            double[] norms =
                    rows(x.exact(), n, row -> Math.sqrt(row.map(v -> v * v).sum()));
            compare(
                    what + " gradient",
                    gx,
                    i -> Tolerance.normalized(n, (n + 1) * maxAbs[i / n] / Math.max(1e-12, norms[i / n])));
        });
    }

    /** Steps of AdamW, with dense and other views. */
    @Test
    final void adamW() {
        for (int n : new int[] {1, 7, 16, 33, 257, 40_001}) {
            for (Placement p : placements()) {
                Shape shape = Shape.of(n);
                Operand w = operand(p, shape, 1);
                Operand g = operand(p, shape, 2);
                Operand m = operand(p, shape, 3);
                float[] positive = ValueKind.NORMAL.make(n, 4);
                for (int i = 0; i < n; i++) {
                    positive[i] *= positive[i];
                }
                Operand v = input(p, shape, positive);
                onBoth((b, at) -> b.adamW(at.of(w), at.of(g), at.of(m), at.of(v), 1e-2, 0.9, 0.999, 1e-8, 0.05, 3));
                compare("adamW m " + p, m, i -> Tolerance.step(2 + Math.abs(m.exact(i))));
                compare("adamW v " + p, v, i -> Tolerance.step(1 + v.exact(i)));
                compare("adamW w " + p, w, i -> Tolerance.step(4 + Math.abs(m.exact(i)) / Math.sqrt(v.exact(i))));
            }
        }
    }
}
