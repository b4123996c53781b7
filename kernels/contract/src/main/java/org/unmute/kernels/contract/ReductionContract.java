package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/** Sums, extremes and running sums. */
public abstract class ReductionContract extends Contract {
    /** For the backend's tests. */
    protected ReductionContract() {}

    /** Every way to keep or reduce three axes, over sizes around vector lengths, and long ones. */
    private static List<Shape> shapes() {
        List<Shape> all = new ArrayList<>();
        for (int n : SIZES) {
            all.add(Shape.of(3, 2, n));
            all.add(Shape.of(n, 2, 3));
        }
        all.add(Shape.of(1, 1, 70_001));
        all.add(Shape.of(2, 300, 129));
        all.add(Shape.of(1, 5000, 3));
        all.add(Shape.of(2, 0, 3));
        return all;
    }

    /** Sum, maximum and minimum over all sets of axes. */
    @TestFactory
    final Stream<DynamicTest> reduce() {
        return Arrays.stream(Reduce.values())
                .flatMap(f -> Arrays.stream(Placement.values())
                        .map(p -> DynamicTest.dynamicTest(f + " " + p, () -> {
                            for (Shape shape : shapes()) {
                                for (int axes = 0; axes < 8; axes++) {
                                    for (ValueKind numbers : ValueKind.values()) {
                                        reduce(f, shape, axes, p, numbers);
                                    }
                                }
                            }
                        })));
    }

    private void reduce(Reduce f, Shape shape, int axes, Placement placement, ValueKind numbers) {
        Shape small = shape;
        long n = 1;
        for (int a = 0; a < 3; a++) {
            if ((axes >> a & 1) != 0) {
                n *= shape.size(a);
                small = small.with(a, 1);
            }
        }
        if (shape.elements() > 10_000 && numbers != ValueKind.WIDE) {
            return;
        }
        String what = f + " of " + shape + " to " + small + " " + placement + " " + numbers;
        Operand x = operand(placement, shape, numbers, axes);
        Operand y = output(Placement.values()[axes % Placement.values().length], small);
        backend().reduce(f, x.view(), y.view());
        View source = x.reference();
        View expected = doubles(small);
        REFERENCE.reduce(f, source, expected);
        View absolutes = doubles(small);
        View abs = doubles(shape);
        REFERENCE.unary(Unary.ABS, 0, 0, source, abs);
        REFERENCE.reduce(Reduce.SUM, abs, absolutes);
        float[] got = y.read();
        for (int i = 0; i < got.length; i++) {
            double total = absolutes.host().get(i);
            if (f == Reduce.SUM && Double.isFinite(total) && Tolerance.mayOverflow(total)) {
                continue;
            }
            Check.close(what, i, expected.host().get(i), got[i], f == Reduce.SUM ? Tolerance.sum(n, total) : 0);
        }
        y.assertGuards(what);
    }

    /** A tensor without axes reduces to itself; four axes reduce as three do. */
    @Test
    final void reduceOtherRanks() {
        for (Reduce f : Reduce.values()) {
            Operand y = output(Placement.DENSE, Shape.of());
            backend()
                    .reduce(
                            f,
                            input(Placement.DENSE, Shape.of(), new float[] {3.5f})
                                    .view(),
                            y.view());
            Check.same(f + " of one number", new float[] {3.5f}, y.read());
            y.assertGuards(f + " of one number");
        }
        Operand x = input(Placement.TRANSPOSED, Shape.of(2, 2, 2, 2), new float[] {
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
        });
        Operand y = output(Placement.NEGATIVE, Shape.of(2, 1, 2, 1));
        backend().reduce(Reduce.SUM, x.view(), y.view());
        Check.same("sum over the second and fourth axis", new float[] {14, 22, 46, 54}, y.read());
        y.assertGuards("sum over the second and fourth axis");
    }

    /** Integers reduce exactly. */
    @Test
    final void reduceIntegers() {
        Operand x = inputOfInts(Placement.TRANSPOSED, Shape.of(3, 4), new int[] {5, -2, 7, 1, 0, 9, -8, 3, 2, 2, 2, 2});
        for (Reduce f : Reduce.values()) {
            Operand y = intOutput(Placement.STRIDED, Shape.of(3, 1));
            backend().reduce(f, x.view(), y.view());
            int[] expected = switch (f) {
                case SUM -> new int[] {11, 4, 8};
                case MAX -> new int[] {7, 9, 2};
                case MIN -> new int[] {-2, -8, 2};
            };
            for (int i = 0; i < expected.length; i++) {
                Check.close(f + " of integers", i, expected[i], y.readInts()[i], 0);
            }
            y.assertGuards(f + " of integers");
        }
    }

    /**
     * Sums of integers saturate at 32 bits after the last addition, as in the reference.
     */
    @Test
    final void reduceIntegersBeyondTheirRange() {
        int highest = Integer.MAX_VALUE;
        int lowest = Integer.MIN_VALUE;
        int[] few = {highest, highest, lowest, -1, lowest, lowest, 5, 0, highest, 1, -2, 3};
        int[] many = new int[3000];
        for (int i = 0; i < many.length; i++) {
            many[i] = i % 3 == 0 ? highest : i % 3 == 1 ? lowest : i - 700;
        }
        for (Placement p : Placement.values()) {
            integers(Shape.of(3, 4), few, p);
            integers(Shape.of(2, 1500), many, p);
            integers(Shape.of(1000, 3), many, p);
        }
    }

    private void integers(Shape shape, int[] values, Placement p) {
        Operand x = inputOfInts(p, shape, values);
        for (int axis = 0; axis < 2; axis++) {
            for (Reduce f : Reduce.values()) {
                Shape small = shape.with(axis, 1);
                Operand y = intOutput(Placement.STRIDED, small);
                backend().reduce(f, x.view(), y.view());
                View expected = View.dense(HostBuffer.allocate(DType.I32, small.elements()), small);
                REFERENCE.reduce(f, x.reference(), expected);
                assertArrayEquals(
                        expected.host().ints(), y.readInts(), f + " of " + shape + " along " + axis + " " + p);
            }
        }
        for (boolean reverse : new boolean[] {false, true}) {
            Operand y = intOutput(Placement.STRIDED, shape);
            backend().cumulativeSum(x.view(), reverse, y.view());
            View expected = View.dense(HostBuffer.allocate(DType.I32, shape.elements()), shape);
            REFERENCE.cumulativeSum(x.reference(), reverse, expected);
            assertArrayEquals(
                    expected.host().ints(), y.readInts(), "running sum of " + shape + " " + p + ", reverse " + reverse);
        }
    }

    /**
     * Maximum and minimum with positions, exactly as the reference; many equal values, so that ties are common.
     */
    @Test
    final void extreme() {
        for (int n : SIZES) {
            for (Placement p : Placement.values()) {
                for (ValueKind numbers : ValueKind.values()) {
                    float[] x = numbers.make(5L * n, n);
                    extreme(Shape.of(5, n), p, x);
                    for (int i = 0; i < x.length; i++) {
                        x[i] = Float.isFinite(x[i]) && numbers == ValueKind.NORMAL ? Math.round(x[i]) : x[i];
                    }
                    extreme(Shape.of(5, n), p, x);
                }
            }
        }
        extreme(Shape.of(700, 60), Placement.DENSE, ValueKind.NORMAL.make(42_000, 1));
        extreme(Shape.of(0, 4), Placement.DENSE, new float[0]);
    }

    private void extreme(Shape shape, Placement p, float[] numbers) {
        for (boolean max : new boolean[] {true, false}) {
            Operand x = input(p, shape, numbers);
            Shape small = shape.without(-1);
            Operand values = output(Placement.STRIDED, small);
            Operand indices = intOutput(Placement.NEGATIVE, small);
            backend().extreme(max, x.view(), values.view(), indices.view());
            View v = doubles(small);
            View w = View.dense(HostBuffer.allocate(DType.I32, small.elements()), small);
            REFERENCE.extreme(max, x.reference(), v, w);
            String what = "extreme " + shape + " " + p + " " + max;
            for (int i = 0; i < small.elements(); i++) {
                Check.close(what, i, v.host().get(i), values.read()[i], 0);
                Check.close(what + " position", i, w.host().get(i), indices.readInts()[i], 0);
            }
            values.assertGuards(what);
            indices.assertGuards(what);
        }
    }

    /** Running sums in both directions. */
    @Test
    final void cumulativeSum() {
        for (int n : SIZES) {
            for (Placement p : Placement.values()) {
                for (ValueKind numbers :
                        new ValueKind[] {ValueKind.NORMAL, ValueKind.WIDE, ValueKind.SUBNORMAL, ValueKind.NAN}) {
                    for (boolean reverse : new boolean[] {false, true}) {
                        cumulativeSum(Shape.of(3, n), p, numbers, reverse);
                    }
                }
            }
        }
        cumulativeSum(Shape.of(3, 0), Placement.DENSE, ValueKind.NORMAL, false);
    }

    private void cumulativeSum(Shape shape, Placement p, ValueKind numbers, boolean reverse) {
        String what = "cumulativeSum " + shape + " " + p + " " + numbers;
        Operand x = operand(p, shape, numbers, 3);
        Operand y = output(Placement.PADDED, shape);
        backend().cumulativeSum(x.view(), reverse, y.view());
        View expected = doubles(shape);
        REFERENCE.cumulativeSum(x.reference(), reverse, expected);
        View abs = doubles(shape);
        REFERENCE.unary(Unary.ABS, 0, 0, x.reference(), abs);
        View absolutes = doubles(shape);
        REFERENCE.cumulativeSum(abs, reverse, absolutes);
        float[] got = y.read();
        for (int i = 0; i < got.length; i++) {
            Check.close(
                    what,
                    i,
                    expected.host().get(i),
                    got[i],
                    Tolerance.sum(shape.size(-1), absolutes.host().get(i)));
        }
        y.assertGuards(what);
    }
}
