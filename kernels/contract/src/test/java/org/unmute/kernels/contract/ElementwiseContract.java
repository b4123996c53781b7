package org.unmute.kernels.contract;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/** Functions of one and two numbers, selection, copies and conversions. */
public abstract class ElementwiseContract extends Contract {
    private static final double[][] CONSTANTS = {{0.3, 0.8}, {-0.5, 2}};
    /** For the tests of a backend. */
    protected ElementwiseContract() {}

    /** Long enough to be split among threads. */
    private static final int LONG = 50_001;

    private static double[][] constants(Unary f) {
        return f.hasConstants() ? CONSTANTS : new double[][] {CONSTANTS[0]};
    }

    /** A case whose output has another placement than its inputs. */
    private record Case(Shape shape, Placement in, Placement out, ValueKind numbers, long seed) {
        /** The same numbers, wherever they are. */
        Case anywhere() {
            return new Case(shape, Placement.DENSE, Placement.DENSE, numbers, seed);
        }

        @Override
        public String toString() {
            return shape + " " + in + " to " + out + " " + numbers;
        }
    }

    /** Runs a test over all sizes, placements and kinds of values. */
    private void cases(Consumer<Case> test) {
        for (int n : SIZES) {
            for (Placement in : placements()) {
                Placement out = in.after(n);
                for (ValueKind numbers : ValueKind.values()) {
                    test.accept(new Case(in == Placement.DENSE ? Shape.of(n) : Shape.of(3, n), in, out, numbers, n));
                }
            }
        }
        test.accept(new Case(Shape.of(LONG), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL, 1));
        test.accept(new Case(Shape.of(LONG), Placement.STRIDED, Placement.DENSE, ValueKind.WIDE, 1));
        test.accept(new Case(Shape.of(), Placement.DENSE, Placement.STRIDED, ValueKind.NORMAL, 1));
        test.accept(new Case(Shape.of(0), Placement.DENSE, Placement.DENSE, ValueKind.NORMAL, 1));
        test.accept(new Case(Shape.of(3, 0), Placement.PADDED, Placement.DENSE, ValueKind.NORMAL, 1));
    }

    private Operand operand(Case c, long seed) {
        return operand(c.in, c.shape, c.numbers, seed);
    }

    /**
     * A function of one number with its constants. What it gives for the numbers of a case is computed once, since it
     * does not depend on the placement.
     */
    private static final class Function {
        final Unary f;
        final double p;
        final double q;
        private final Map<Case, double[]> values = new HashMap<>();
        private final Map<Case, double[]> slopes = new HashMap<>();

        Function(Unary f, double[] constants) {
            this.f = f;
            p = constants[0];
            q = constants[1];
        }

        double[] values(Case c, Operand x) {
            return values.computeIfAbsent(
                    c.anywhere(), key -> results(x.exact().length, i -> f.apply(x.exact(i), p, q)));
        }

        double[] slopes(Case c, Operand x, Operand y) {
            return slopes.computeIfAbsent(
                    c.anywhere(), key -> results(x.exact().length, i -> f.derivative(x.exact(i), y.exact(i), p, q)));
        }

        private static double[] results(int count, IntToDoubleFunction result) {
            return IntStream.range(0, count).mapToDouble(result).toArray();
        }
    }

    private Stream<DynamicTest> eachUnary(BiConsumer<Function, Case> test) {
        return eachFunction(List.of(Unary.values()), f -> {
            for (double[] constants : constants(f)) {
                Function function = new Function(f, constants);
                cases(c -> test.accept(function, c));
            }
        });
    }

    /** Every function of one number. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> unary() {
        return eachUnary(this::unary);
    }

    private void unary(Function function, Case c) {
        Unary f = function.f;
        double p = function.p;
        double q = function.q;
        Operand x = operand(c, c.seed);
        Operand y = output(c.out, c.shape);
        backend().unary(f, p, q, x.view(), y.view());
        double[] exact = function.values(c, x);
        compare(f + " " + c, i -> exact[i], y, i -> Tolerance.unary(f, x.exact(i), p, q), x.exact());
        backend().unary(f, p, q, x.view(), x.view());
        same(f + " " + c + " in place", y, x);
    }

    /** The gradient of every function of one number. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> unaryBackward() {
        return eachUnary(this::unaryBackward);
    }

    private void unaryBackward(Function function, Case c) {
        Unary f = function.f;
        Operand x = operand(c, c.seed);
        double[] values = function.values(c, x);
        float[] forward = new float[values.length];
        for (int i = 0; i < forward.length; i++) {
            forward[i] = (float) values[i];
        }
        Operand y = input(c.in, c.shape, forward);
        Operand gy = operand(c.out, c.shape, c.seed + 1);
        Operand gx = output(c.out, c.shape);
        backend().unaryBackward(f, function.p, function.q, x.view(), y.view(), gy.view(), gx.view());
        double[] slopes = function.slopes(c, x, y);
        compare(
                f + " gradient " + c,
                i -> gy.exact(i) * slopes[i],
                gx,
                i -> Tolerance.unaryBackward(gy.exact(i), slopes[i]),
                x.exact());
    }

    /** Every function of two numbers, with equal shapes and with broadcasting along either axis. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> binary() {
        return eachFunction(List.of(Binary.values()), f -> {
            cases(c -> {
                Placement other = Placement.DENSE.after(c.seed);
                binary(f, operand(c, c.seed), operand(other, c.shape, c.numbers, c.seed + 1), c.out);
            });
            for (int n : SIZES) {
                Shape shape = Shape.of(2, 5, n);
                Operand full = operand(Placement.PADDED, shape, n);
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

    private void binary(Binary f, Operand x, Operand y, Placement out) {
        Operand z = output(out, x.shape());
        backend().binary(f, x.view(), y.view(), z.view());
        double[] a = x.exact();
        double[] b = y.exact();
        IntToDoubleFunction expected = i -> f.apply(a[i], b[i]);
        compare(
                f + " " + x.view() + " and " + y.view() + " to " + out,
                expected,
                z,
                i -> Tolerance.binary(f, expected.applyAsDouble(i)),
                a,
                b);
    }

    /** A function of two numbers may overwrite either operand. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> binaryInPlace() {
        return eachFunction(List.of(Binary.values()), f -> {
            for (int n : SIZES) {
                for (Placement p : placements()) {
                    Shape shape = Shape.of(2, n);
                    Operand a = operand(p, shape, 1);
                    Operand b = operand(p, shape, 2);
                    Operand y = output(p, shape);
                    backend().binary(f, a.view(), b.view(), y.view());
                    Operand over = operand(p, shape, 1);
                    backend().binary(f, over.view(), b.view(), over.view());
                    same(f + " over its first operand " + p + n, y, over);
                    backend().binary(f, a.view(), b.view(), b.view());
                    same(f + " over its second operand " + p + n, y, b);
                }
            }
        });
    }

    /** {@code x scale + shift} */
    @Test
    final void affine() {
        double[][] constants = {{1, 0}, {-2.5, 0.75}, {0, 3}, {1.0 / 3, 1e-6}};
        cases(c -> {
            for (double[] k : constants) {
                Operand x = operand(c, c.seed);
                Operand y = output(c.out, c.shape);
                backend().affine(x.view(), k[0], k[1], y.view());
                compare("affine " + c, i -> x.exact(i) * k[0] + k[1], y, i -> Tolerance.affine(x.exact(i), k[0], k[1]));
            }
        });
    }

    /** Selection copies values unchanged. */
    @Test
    final void select() {
        cases(c -> {
            float[] conditions = c.numbers.make(c.shape.elements(), c.seed);
            for (int i = 0; i < conditions.length; i += 3) {
                conditions[i] = i % 2 == 0 ? 0f : -0f;
            }
            Operand condition = input(c.in, c.shape, conditions);
            Operand x = operand(c.out, c.shape, c.numbers, c.seed + 1);
            Operand otherwise = operand(c, c.seed + 2);
            Operand y = output(c.out, c.shape);
            backend().select(condition.view(), x.view(), otherwise.view(), y.view());
            float[] expected = new float[conditions.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = (float) (conditions[i] != 0 ? x : otherwise).exact(i);
            }
            Check.same("select " + c, expected, y.read());
            y.assertGuards("select");
        });
    }

    /** Copies keep every value; upload and download are inverses. */
    @Test
    final void copyAndFill() {
        cases(c -> {
            float[] x = c.numbers.make(c.shape.elements(), c.seed);
            Operand from = input(c.in, c.shape, x);
            Check.same("download " + c, x, from.read());
            Operand to = output(c.out, c.shape);
            backend().copy(from.view(), to.view());
            Check.same("copy " + c, x, to.read());
            to.assertGuards("copy");
            backend().fill(to.view(), 2.5);
            compare("fill " + c, i -> 2.5, to, i -> 0);
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
        View source = REFERENCE.allocate(from, shape);
        REFERENCE.copy(View.dense(HostBuffer.wrap(numbers.make(shape.elements(), 5)), shape), source);
        View x = backend().allocate(from, shape);
        backend().upload(source, x);
        View y = backend().allocate(to, shape);
        backend().copy(x, y);
        View converted = REFERENCE.allocate(to, shape);
        REFERENCE.copy(source, converted);
        float[] got = new float[Math.toIntExact(shape.elements())];
        backend().download(y, View.dense(HostBuffer.wrap(got), shape));
        Check.same(from + " to " + to + " " + numbers, single(converted).host().floats(), got);
    }

    /** Integers are computed exactly like the reference. */
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
                Operand x = inputOfInts(Placement.DENSE, shape, a);
                Operand z = inputOfInts(Placement.NEGATIVE, shape, b);
                Operand y = intOutput(Placement.STRIDED, shape);
                backend().binary(f, x.view(), z.view(), y.view());
                compare(f + " of integers", i -> (int) f.apply(a[i], b[i]), y, i -> 0);
            }
        }
    }
}
