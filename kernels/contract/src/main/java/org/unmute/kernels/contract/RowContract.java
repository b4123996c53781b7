package org.unmute.kernels.contract;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Softmax, normalisations and their gradients, all along rows; also the step of the optimizer. */
public abstract class RowContract extends Contract {
    private static final double EPS = 1e-5;

    private interface Case {
        void run(Shape shape, Placement in, Placement out, ValueKind numbers);
    }

    private static void cases(Case c) {
        Placement[] all = Placement.values();
        for (int n : SIZES) {
            for (Placement in : all) {
                for (ValueKind numbers : new ValueKind[] {ValueKind.NORMAL, ValueKind.WIDE, ValueKind.SUBNORMAL}) {
                    c.run(Shape.of(2, 3, n), in, all[(in.ordinal() + n) % all.length], numbers);
                }
            }
        }
        c.run(Shape.of(400, 129), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL);
        c.run(Shape.of(0, 4), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL);
        c.run(Shape.of(4, 0), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL);
    }

    private static double rowMax(double[] x, int row, int n) {
        double m = Double.NEGATIVE_INFINITY;
        for (int i = row * n; i < (row + 1) * n; i++) {
            m = Math.max(m, x[i]);
        }
        return m;
    }

    private static double rowMaxAbs(double[] x, int row, int n) {
        double m = 0;
        for (int i = row * n; i < (row + 1) * n; i++) {
            m = Math.max(m, Math.abs(x[i]));
        }
        return m;
    }

    /** For the backend's tests. */
    protected RowContract() {}

    /** Softmax and its logarithm, also in place. */
    @Test
    final void softmax() {
        cases((shape, in, out, numbers) -> {
            int n = shape.dim(-1);
            Operand x = operand(in, shape, numbers, n);
            double[] source = x.reference().host().doubles();
            View expected = doubles(shape);
            for (boolean log : new boolean[] {false, true}) {
                String what = (log ? "logSoftmax " : "softmax ") + shape + " " + in + " to " + out + " " + numbers;
                Operand y = output(out, shape);
                softmax(log, x.view(), y.view());
                if (log) {
                    REFERENCE.logSoftmax(x.reference(), expected);
                } else {
                    REFERENCE.softmax(x.reference(), expected);
                }
                float[] got = y.read();
                for (int i = 0; i < got.length; i++) {
                    double spread = rowMax(source, i / n, n) - source[i];
                    double value = expected.host().get(i);
                    Check.close(
                            what,
                            i,
                            value,
                            got[i],
                            log
                                    ? Tolerance.logSoftmax(n, spread, rowMaxAbs(source, i / n, n))
                                    : Tolerance.softmax(n, spread + rowMaxAbs(source, i / n, n), value));
                }
                y.assertGuards(what);
                Operand same = operand(in, shape, numbers, n);
                softmax(log, same.view(), same.view());
                Check.same(what + " in place", got, same.read());
            }
        });
    }

    private void softmax(boolean log, View x, View out) {
        if (log) {
            backend().logSoftmax(x, out);
        } else {
            backend().softmax(x, out);
        }
    }

    /** -∞ gives 0, a row of -∞ only gives NaN, and NaN and ∞ affect only their own row. */
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
            double[] g = gy.reference().host().doubles();
            for (boolean log : new boolean[] {false, true}) {
                String what = (log ? "logSoftmax" : "softmax") + " gradient " + shape + " " + in + " to " + out + " "
                        + numbers;
                View forward = doubles(shape);
                View x = operand(Placement.DENSE, shape, ValueKind.NORMAL, n).reference();
                if (log) {
                    REFERENCE.logSoftmax(x, forward);
                } else {
                    REFERENCE.softmax(x, forward);
                }
                float[] rounded = new float[forward.host().doubles().length];
                for (int i = 0; i < rounded.length; i++) {
                    rounded[i] = (float) forward.host().get(i);
                }
                Operand y = input(out, shape, rounded);
                Operand gx = output(in, shape);
                View expected = doubles(shape);
                if (log) {
                    backend().logSoftmaxBackward(y.view(), gy.view(), gx.view());
                    REFERENCE.logSoftmaxBackward(y.reference(), gy.reference(), expected);
                } else {
                    backend().softmaxBackward(y.view(), gy.view(), gx.view());
                    REFERENCE.softmaxBackward(y.reference(), gy.reference(), expected);
                }
                float[] got = gx.read();
                for (int i = 0; i < got.length; i++) {
                    double scale = (log ? n + 1 : 2) * rowMaxAbs(g, i / n, n);
                    Check.close(what, i, expected.host().get(i), got[i], Tolerance.normalized(n, scale));
                }
                gx.assertGuards(what);
            }
        });
    }

    /** Layer normalisation with and without weight and bias. */
    @Test
    final void layerNorm() {
        cases((shape, in, out, numbers) -> {
            int n = shape.dim(-1);
            Operand x = operand(in, shape, numbers, n);
            Operand w = operand(Placement.STRIDED, Shape.of(n), ValueKind.NORMAL, 1);
            Operand b = operand(Placement.NEGATIVE, Shape.of(n), ValueKind.NORMAL, 2);
            double[] source = x.reference().host().doubles();
            double[] weights = w.reference().host().doubles();
            double[] biases = b.reference().host().doubles();
            for (boolean plain : new boolean[] {false, true}) {
                String what = "layerNorm " + shape + " " + in + " to " + out + " " + numbers;
                Operand y = output(out, shape);
                backend().layerNorm(x.view(), plain ? null : w.view(), plain ? null : b.view(), EPS, y.view());
                View expected = doubles(shape);
                REFERENCE.layerNorm(
                        x.reference(), plain ? null : w.reference(), plain ? null : b.reference(), EPS, expected);
                float[] got = y.read();
                for (int i = 0; i < got.length; i++) {
                    double weight = plain ? 1 : Math.abs(weights[i % n]);
                    double bias = plain ? 0 : Math.abs(biases[i % n]);
                    double scale = weight * 2 * rowMaxAbs(source, i / n, n) * inverse(source, i / n, n) + bias;
                    Check.close(what, i, expected.host().get(i), got[i], Tolerance.normalized(n, scale));
                }
                y.assertGuards(what);
            }
        });
    }

    /** {@code 1 / √(variance + eps)} of a row. */
    private static double inverse(double[] x, int row, int n) {
        double mean = 0;
        double square = 0;
        for (int i = row * n; i < (row + 1) * n; i++) {
            mean += x[i] / n;
        }
        for (int i = row * n; i < (row + 1) * n; i++) {
            square += (x[i] - mean) * (x[i] - mean) / n;
        }
        return 1 / Math.sqrt(square + EPS);
    }

    /** Gradients of layer normalisation, all of them and single ones. */
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
            Operand w = operand(Placement.STRIDED, Shape.of(n), ValueKind.NORMAL, 1);
            double[] source = x.reference().host().doubles();
            double wide = rowMaxAbs(w.reference().host().doubles(), 0, n);
            View[] expected = {doubles(shape), doubles(Shape.of(n)), doubles(Shape.of(n))};
            REFERENCE.layerNormBackward(
                    x.reference(), w.reference(), EPS, gy.reference(), expected[0], expected[1], expected[2]);
            Operand gx = output(in, shape);
            Operand gw = output(Placement.STRIDED, Shape.of(n));
            Operand gb = output(Placement.NEGATIVE, Shape.of(n));
            backend().layerNormBackward(x.view(), w.view(), EPS, gy.view(), gx.view(), gw.view(), gb.view());
            double g = rowMaxAbs(gy.reference().host().doubles(), 0, Math.toIntExact(shape.elements()));
            double steepest = 1;
            float[] gxs = gx.read();
            for (int i = 0; i < gxs.length; i++) {
                double inverse = inverse(source, i / n, n);
                steepest = Math.max(steepest, 2 * rowMaxAbs(source, i / n, n) * inverse);
                double z = 1 + 2 * rowMaxAbs(source, i / n, n) * inverse;
                Check.close(
                        what,
                        i,
                        expected[0].host().get(i),
                        gxs[i],
                        Tolerance.normalized(n, 3 * z * z * inverse * g * wide));
            }
            float[] gws = gw.read();
            float[] gbs = gb.read();
            for (int i = 0; i < n; i++) {
                Check.close(
                        what + " of weight",
                        i,
                        expected[1].host().get(i),
                        gws[i],
                        Tolerance.normalized(rows + n, rows * g * steepest));
                Check.close(
                        what + " of bias", i, expected[2].host().get(i), gbs[i], Tolerance.normalized(rows, rows * g));
            }
            for (Operand o : new Operand[] {gx, gw, gb}) {
                o.assertGuards(what);
            }
            Operand alone = output(in, shape);
            backend().layerNormBackward(x.view(), w.view(), EPS, gy.view(), alone.view(), null, null);
            Check.same(what + " alone", gx.read(), alone.read());
        });
    }

    /** Division by the Euclidean norm and its gradient; rows of zeros stay zeros. */
    @Test
    final void l2Normalize() {
        cases((shape, in, out, numbers) -> {
            int n = shape.dim(-1);
            String what = "l2Normalize " + shape + " " + in + " to " + out + " " + numbers;
            float[] values = numbers.make(shape.elements(), n);
            for (int i = 0; i < Math.min(n, values.length); i++) {
                values[i] = 0;
            }
            Operand x = input(in, shape, values);
            Operand y = output(out, shape);
            backend().l2Normalize(x.view(), y.view());
            View expected = doubles(shape);
            REFERENCE.l2Normalize(x.reference(), expected);
            float[] got = y.read();
            for (int i = 0; i < got.length; i++) {
                Check.close(
                        what,
                        i,
                        expected.host().get(i),
                        got[i],
                        Tolerance.normalized(n, Math.abs(expected.host().get(i))));
            }
            y.assertGuards(what);
            Operand forward = input(out, shape, got);
            Operand gy = operand(in, shape, ValueKind.NORMAL, n + 1);
            Operand gx = output(out, shape);
            backend().l2NormalizeBackward(x.view(), forward.view(), gy.view(), gx.view());
            View gradient = doubles(shape);
            REFERENCE.l2NormalizeBackward(x.reference(), forward.reference(), gy.reference(), gradient);
            double[] g = gy.reference().host().doubles();
            double[] source = x.reference().host().doubles();
            float[] gxs = gx.read();
            for (int i = 0; i < got.length; i++) {
                double norm = 0;
                for (int j = i / n * n; j < (i / n + 1) * n; j++) {
                    norm += source[j] * source[j];
                }
                double scale = (n + 1) * rowMaxAbs(g, i / n, n) / Math.max(1e-12, Math.sqrt(norm));
                Check.close(what + " gradient", i, gradient.host().get(i), gxs[i], Tolerance.normalized(n, scale));
            }
            gx.assertGuards(what + " gradient");
        });
    }

    /** Steps of AdamW, dense and not. */
    @Test
    final void adamW() {
        for (int n : new int[] {1, 7, 16, 33, 257, 40_001}) {
            for (Placement p : Placement.values()) {
                Shape shape = Shape.of(n);
                Operand w = operand(p, shape, ValueKind.NORMAL, 1);
                Operand g = operand(p, shape, ValueKind.NORMAL, 2);
                Operand m = operand(p, shape, ValueKind.NORMAL, 3);
                float[] positive = ValueKind.NORMAL.make(n, 4);
                for (int i = 0; i < n; i++) {
                    positive[i] *= positive[i];
                }
                Operand v = input(p, shape, positive);
                View rw = w.reference();
                View rm = m.reference();
                View rv = v.reference();
                REFERENCE.adamW(rw, g.reference(), rm, rv, 1e-2, 0.9, 0.999, 1e-8, 0.05, 3);
                backend().adamW(w.view(), g.view(), m.view(), v.view(), 1e-2, 0.9, 0.999, 1e-8, 0.05, 3);
                float[] ms = m.read();
                float[] vs = v.read();
                float[] ws = w.read();
                for (int i = 0; i < n; i++) {
                    Check.close(
                            "adamW m " + p,
                            i,
                            rm.host().get(i),
                            ms[i],
                            Tolerance.step(2 + Math.abs(rm.host().get(i))));
                    Check.close(
                            "adamW v " + p,
                            i,
                            rv.host().get(i),
                            vs[i],
                            Tolerance.step(1 + rv.host().get(i)));
                    double moved =
                            Math.abs(rm.host().get(i)) / Math.sqrt(rv.host().get(i));
                    Check.close("adamW w " + p, i, rw.host().get(i), ws[i], Tolerance.step(4 + moved));
                }
            }
        }
    }
}
