package org.unmute.kernels.contract;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/** Functions of one and two numbers, selection, copies and conversions. */
public abstract class ElementwiseContract extends Contract {
    private static final double[][] CONSTANTS = {{0.3, 0.8}, {-0.5, 2}};
    /** For the backend's tests. */
    protected ElementwiseContract() {}

    /** Long enough to be split among threads. */
    private static final int LONG = 50_001;

    private static double[][] constants(Unary f) {
        return switch (f) {
            case LEAKY_RELU, ELU, POW, CLAMP -> CONSTANTS;
            default -> new double[][] {CONSTANTS[0]};
        };
    }

    private interface Case {
        void run(Shape shape, Placement in, Placement out, ValueKind kind, long seed);
    }

    /** All sizes, placements and kinds of values. The output has another placement than the inputs. */
    private static void cases(Case c) {
        Placement[] all = Placement.values();
        for (int n : SIZES) {
            for (Placement in : all) {
                Placement out = all[(in.ordinal() + n) % all.length];
                for (ValueKind numbers : ValueKind.values()) {
                    c.run(in == Placement.DENSE ? Shape.of(n) : Shape.of(3, n), in, out, numbers, n);
                }
            }
        }
        c.run(Shape.of(LONG), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL, 1);
        c.run(Shape.of(LONG), Placement.STRIDED, Placement.DENSE, ValueKind.WIDE, 1);
        c.run(Shape.of(), Placement.DENSE, Placement.STRIDED, ValueKind.NORMAL, 1);
        c.run(Shape.of(0), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL, 1);
        c.run(Shape.of(3, 0), Placement.PADDED, Placement.DENSE, ValueKind.NORMAL, 1);
    }

    /** Every function of one number. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> unary() {
        return eachFunction(List.of(Unary.values()), f -> {
            for (double[] c : constants(f)) {
                cases((shape, in, out, numbers, seed) -> unary(f, c[0], c[1], shape, in, out, numbers, seed));
            }
        });
    }

    private void unary(
            Unary f, double p, double q, Shape shape, Placement in, Placement out, ValueKind numbers, long seed) {
        String what = f + " " + shape + " " + in + " to " + out + " " + numbers;
        float[] values = numbers.make(shape.elements(), seed);
        Operand x = input(in, shape, values);
        Operand y = output(out, shape);
        backend().unary(f, p, q, x.view(), y.view());
        float[] got = y.read();
        for (int i = 0; i < got.length; i++) {
            float v = values[i];
            Check.close(() -> what + " of " + v, i, f.apply(v, p, q), got[i], Tolerance.unary(f, v, p, q));
        }
        y.assertGuards(what);
        backend().unary(f, p, q, x.view(), x.view());
        Check.same(what + " in place", got, x.read());
    }

    /** The gradient of every function of one number. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> unaryBackward() {
        return eachFunction(List.of(Unary.values()), f -> {
            for (double[] c : constants(f)) {
                cases((shape, in, out, numbers, seed) -> unaryBackward(f, c[0], c[1], shape, in, out, numbers, seed));
            }
        });
    }

    private void unaryBackward(
            Unary f, double p, double q, Shape shape, Placement in, Placement out, ValueKind numbers, long seed) {
        String what = f + " gradient " + shape + " " + in + " to " + out + " " + numbers;
        float[] x = numbers.make(shape.elements(), seed);
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (float) f.apply(x[i], p, q);
        }
        float[] gy = ValueKind.NORMAL.make(shape.elements(), seed + 1);
        Operand gx = output(out, shape);
        backend()
                .unaryBackward(
                        f,
                        p,
                        q,
                        input(in, shape, x).view(),
                        input(in, shape, y).view(),
                        input(out, shape, gy).view(),
                        gx.view());
        float[] got = gx.read();
        for (int i = 0; i < got.length; i++) {
            float v = x[i];
            double slope = f.derivative(v, y[i], p, q);
            Check.close(() -> what + " at " + v, i, gy[i] * slope, got[i], Tolerance.unaryBackward(gy[i], slope));
        }
        gx.assertGuards(what);
    }

    /** Every function of two numbers, with equal shapes and with broadcasting along either axis. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> binary() {
        return eachFunction(List.of(Binary.values()), f -> {
            cases((shape, in, out, numbers, seed) -> {
                Placement other = Placement.values()[(int) (seed % Placement.values().length)];
                float[] b = numbers.make(shape.elements(), seed + 1);
                binary(f, operand(in, shape, numbers, seed), input(other, shape, b), out);
            });
            for (int n : SIZES) {
                Shape shape = Shape.of(2, 5, n);
                Operand full = input(Placement.PADDED, shape, ValueKind.NORMAL.make(10L * n, n));
                for (Shape own : new Shape[] {
                    Shape.of(1, 1, n), Shape.of(2, 5, 1), Shape.of(1, 5, n), Shape.of(2, 1, 1), Shape.of(1, 1, 1)
                }) {
                    Operand part = broadcast(own, shape, ValueKind.NORMAL.make(own.elements(), n + 1));
                    binary(f, full, part, Placement.DENSE);
                    binary(f, part, full, Placement.TRANSPOSED);
                }
            }
        });
    }

    private void binary(Binary f, Operand a, Operand b, Placement out) {
        String what = f + " " + a.view() + " and " + b.view() + " to " + out;
        Operand y = output(out, a.view().shape());
        backend().binary(f, a.view(), b.view(), y.view());
        View left = a.reference(DType.F64);
        View right = b.reference(DType.F64);
        float[] got = y.read();
        for (int i = 0; i < got.length; i++) {
            double u = left.host().get(i);
            double v = right.host().get(i);
            double expected = f.apply(u, v);
            Check.close(() -> what + " of " + u + " and " + v, i, expected, got[i], Tolerance.binary(f, expected));
        }
        y.assertGuards(what);
    }

    /** A function of two numbers may write over either. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> binaryInPlace() {
        return eachFunction(List.of(Binary.values()), f -> {
            for (int n : SIZES) {
                for (Placement p : Placement.values()) {
                    Shape shape = Shape.of(2, n);
                    Operand a = input(p, shape, ValueKind.NORMAL.make(2L * n, 1));
                    Operand b = input(p, shape, ValueKind.NORMAL.make(2L * n, 2));
                    Operand y = output(p, shape);
                    backend().binary(f, a.view(), b.view(), y.view());
                    float[] expected = y.read();
                    Operand a2 = input(p, shape, ValueKind.NORMAL.make(2L * n, 1));
                    backend().binary(f, a2.view(), b.view(), a2.view());
                    Check.same(f + " over its first operand " + p + n, expected, a2.read());
                    backend().binary(f, a.view(), b.view(), b.view());
                    Check.same(f + " over its second operand " + p + n, expected, b.read());
                }
            }
        });
    }

    /** {@code x scale + shift} */
    @Test
    final void affine() {
        double[][] constants = {{1, 0}, {-2.5, 0.75}, {0, 3}, {1.0 / 3, 1e-6}};
        cases((shape, in, out, numbers, seed) -> {
            for (double[] c : constants) {
                float[] x = numbers.make(shape.elements(), seed);
                Operand y = output(out, shape);
                backend().affine(input(in, shape, x).view(), c[0], c[1], y.view());
                float[] got = y.read();
                for (int i = 0; i < got.length; i++) {
                    Check.close(
                            "affine " + shape + in + numbers,
                            i,
                            x[i] * c[0] + c[1],
                            got[i],
                            Tolerance.affine(x[i], c[0], c[1]));
                }
                y.assertGuards("affine");
            }
        });
    }

    /** Selection copies values unchanged. */
    @Test
    final void select() {
        cases((shape, in, out, numbers, seed) -> {
            float[] c = numbers.make(shape.elements(), seed);
            for (int i = 0; i < c.length; i += 3) {
                c[i] = i % 2 == 0 ? 0f : -0f;
            }
            float[] a = numbers.make(shape.elements(), seed + 1);
            float[] b = numbers.make(shape.elements(), seed + 2);
            Operand y = output(out, shape);
            backend()
                    .select(
                            input(in, shape, c).view(),
                            input(out, shape, a).view(),
                            input(in, shape, b).view(),
                            y.view());
            float[] expected = new float[c.length];
            for (int i = 0; i < c.length; i++) {
                expected[i] = c[i] != 0 ? a[i] : b[i];
            }
            Check.same("select " + shape + in + numbers, expected, y.read());
            y.assertGuards("select");
        });
    }

    /** Copies keep every value; upload and download are inverses. */
    @Test
    final void copyAndFill() {
        cases((shape, in, out, numbers, seed) -> {
            float[] x = numbers.make(shape.elements(), seed);
            Operand from = input(in, shape, x);
            Check.same("download " + shape + in, x, from.read());
            Operand to = output(out, shape);
            backend().copy(from.view(), to.view());
            Check.same("copy " + shape + in + " to " + out, x, to.read());
            to.assertGuards("copy");
            backend().fill(to.view(), 2.5);
            Arrays.fill(x, 2.5f);
            Check.same("fill " + shape + out, x, to.read());
            to.assertGuards("fill");
        });
    }

    /** Conversions round as the reference does, also to and from storage types. */
    @TestFactory
    final Stream<DynamicTest> castAndCopy() {
        DType[] types = {DType.F32, DType.I32, DType.F16, DType.BF16};
        return Arrays.stream(types)
                .flatMap(from -> Arrays.stream(types)
                        .map(to -> DynamicTest.dynamicTest(from + " to " + to, () -> {
                            for (int n : SIZES) {
                                for (ValueKind numbers : ValueKind.values()) {
                                    convert(from, to, Shape.of(2, n), numbers);
                                }
                            }
                        })));
    }

    private void convert(DType from, DType to, Shape shape, ValueKind numbers) {
        View source = View.dense(HostBuffer.allocate(from, shape.elements()), shape);
        REFERENCE.copy(View.dense(HostBuffer.wrap(numbers.make(shape.elements(), 5)), shape), source);
        View x = backend().allocate(from, shape);
        backend().upload(source, x);
        View y = backend().allocate(to, shape);
        backend().copy(x, y);
        float[] expected = floats(REFERENCE, source, to);
        float[] got = new float[expected.length];
        backend().download(y, View.dense(HostBuffer.wrap(got), shape));
        Check.same(from + " to " + to + " " + numbers, expected, got);
    }

    private static float[] floats(Backend b, View source, DType to) {
        Shape shape = source.shape();
        View converted = View.dense(HostBuffer.allocate(to, shape.elements()), shape);
        b.copy(source, converted);
        float[] out = new float[Math.toIntExact(shape.elements())];
        b.copy(converted, View.dense(HostBuffer.wrap(out), shape));
        return out;
    }

    /** Integers, exactly as the reference. */
    @Test
    final void binaryOfIntegers() {
        for (int n : SIZES) {
            Shape shape = Shape.of(n);
            int[] a = new int[n];
            int[] b = new int[n];
            for (int i = 0; i < n; i++) {
                a[i] = 7 * i - 50;
                b[i] = i % 5 + 1;
            }
            for (Binary f : new Binary[] {Binary.ADD, Binary.SUB, Binary.MUL, Binary.DIV, Binary.MAX, Binary.EQUAL}) {
                Operand y = intOutput(Placement.STRIDED, shape);
                backend()
                        .binary(
                                f,
                                inputOfInts(Placement.DENSE, shape, a).view(),
                                inputOfInts(Placement.NEGATIVE, shape, b).view(),
                                y.view());
                int[] got = y.readInts();
                for (int i = 0; i < n; i++) {
                    Check.close(f + " of integers", i, (int) f.apply(a[i], b[i]), got[i], 0);
                }
                y.assertGuards(f + " of integers");
            }
        }
    }
}
