package org.unmute.kernels.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Reduce;

/** Sums, extremes and running sums. */
public abstract class ReductionContract extends Contract {
    /** For the tests of a backend. */
    protected ReductionContract() {}

    /** Every way to keep or reduce three axes, with sizes around vector lengths and long ones. */
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

    /**
     * A reduction and its numbers, which are the same in all placements.
     *
     * @param axes bit i is set if axis i is reduced
     */
    private record Case(Reduce f, Shape shape, int axes, ValueKind numbers) {
        boolean reduces(int axis) {
            return (axes >> axis & 1) != 0;
        }

        Shape result() {
            Shape small = shape;
            for (int a = 0; a < shape.rank(); a++) {
                small = reduces(a) ? small.with(a, 1) : small;
            }
            return small;
        }

        long terms() {
            return IntStream.range(0, shape.rank())
                    .filter(this::reduces)
                    .mapToLong(shape::size)
                    .reduce(1, (a, b) -> a * b);
        }
    }

    /**
     * The results of the reference.
     *
     * @param absolutes sums of magnitudes; null unless the case is a sum
     */
    private record Expected(View exact, View absolutes) {
        static Expected of(Case c, View x) {
            View exact = doubles(c.result());
            REFERENCE.reduce(c.f, x, exact);
            if (c.f != Reduce.SUM) {
                return new Expected(exact, null);
            }
            View absolutes = doubles(c.result());
            REFERENCE.reduce(Reduce.SUM, absolute(x), absolutes);
            return new Expected(exact, absolutes);
        }

        double bound(long terms, int i) {
            return absolutes == null
                    ? 0
                    : Tolerance.sumOfLarge(terms, absolutes.host().get(i));
        }
    }

    /** Compares sum, maximum and minimum over all sets of axes. */
    @TestFactory
    final Stream<DynamicTest> reduce() {
        Map<Case, Expected> known = new ConcurrentHashMap<>();
        return Arrays.stream(Reduce.values())
                .flatMap(f -> Arrays.stream(placements())
                        .map(p -> DynamicTest.dynamicTest(f + " " + p, () -> {
                            for (Shape shape : shapes()) {
                                for (int axes = 0; axes < 8; axes++) {
                                    for (ValueKind numbers : ValueKind.values()) {
                                        reduce(new Case(f, shape, axes, numbers), p, known);
                                    }
                                }
                            }
                        })));
    }

    private void reduce(Case c, Placement placement, Map<Case, Expected> known) {
        if (c.shape.elements() > 10_000 && c.numbers != ValueKind.WIDE) {
            return;
        }
        Operand x = operand(placement, c.shape, c.numbers, c.axes);
        Operand y = output(Placement.DENSE.after(c.axes), c.result());
        backend().reduce(c.f, x.view(), y.view());
        Expected expected = known.computeIfAbsent(c, key -> Expected.of(key, x.reference()));
        long terms = c.terms();
        compare(c + " " + placement, expected.exact.host()::get, y, i -> expected.bound(terms, i));
    }

    /** A tensor without axes reduces to itself; four axes reduce like three. */
    @Test
    final void reduceOtherRanks() {
        for (Reduce f : Reduce.values()) {
            Operand x = input(Placement.DENSE, Shape.of(), 3.5f);
            Operand y = output(Placement.DENSE, Shape.of());
            backend().reduce(f, x.view(), y.view());
            compare(f + " of one number", i -> 3.5, y, i -> 0);
        }
        Operand x = input(
                Placement.TRANSPOSED, Shape.of(2, 2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        Operand y = output(Placement.NEGATIVE, Shape.of(2, 1, 2, 1));
        backend().reduce(Reduce.SUM, x.view(), y.view());
        double[] sums = {14, 22, 46, 54};
        compare("sum over the second and fourth axis", i -> sums[i], y, i -> 0);
    }

    /** Integers are reduced exactly. */
    @Test
    final void reduceIntegers() {
        Operand x = inputOfInts(Placement.TRANSPOSED, Shape.of(3, 4), 5, -2, 7, 1, 0, 9, -8, 3, 2, 2, 2, 2);
        for (Reduce f : Reduce.values()) {
            Operand y = intOutput(Placement.STRIDED, Shape.of(3, 1));
            backend().reduce(f, x.view(), y.view());
            double[] expected = switch (f) {
                case SUM -> new double[] {11, 4, 8};
                case MAX -> new double[] {7, 9, 2};
                case MIN -> new double[] {-2, -8, 2};
            };
            compare(f + " of integers", i -> expected[i], y, i -> 0);
        }
    }

    /** Sums of integers saturate at 32 bits after the last addition, as in the reference. */
    @Test
    final void reduceIntegersBeyondTheirRange() {
        int highest = Integer.MAX_VALUE;
        int lowest = Integer.MIN_VALUE;
        int[] few = {highest, highest, lowest, -1, lowest, lowest, 5, 0, highest, 1, -2, 3};
        int[] many = new int[3000];
        for (int i = 0; i < many.length; i++) {
            many[i] = i % 3 == 0 ? highest : i % 3 == 1 ? lowest : i - 700;
        }
        for (Placement p : placements()) {
            integers(Shape.of(3, 4), few, p);
            integers(Shape.of(2, 1500), many, p);
            integers(Shape.of(1000, 3), many, p);
        }
    }

    private void integers(Shape shape, int[] values, Placement p) {
        Operand x = inputOfInts(p, shape, values);
        for (int axis = 0; axis < 2; axis++) {
            for (Reduce f : Reduce.values()) {
                Operand y = intOutput(Placement.STRIDED, shape.with(axis, 1));
                onBoth((b, at) -> b.reduce(f, at.of(x), at.of(y)));
                same(f + " of " + shape + " along " + axis + " " + p, y);
            }
        }
        for (boolean reverse : BOTH) {
            Operand y = intOutput(Placement.STRIDED, shape);
            onBoth((b, at) -> b.cumulativeSum(at.of(x), reverse, at.of(y)));
            same("running sum of " + shape + " " + p + ", reverse " + reverse, y);
        }
    }

    /**
     * Maximum and minimum with positions, exactly like the reference. There are many equal values, so that ties are
     * common.
     */
    @Test
    final void extreme() {
        for (int n : SIZES) {
            for (Placement p : placements()) {
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
            onBoth((b, at) -> b.extreme(max, at.of(x), at.of(values), at.of(indices)));
            String what = "extreme " + shape + " " + p + " " + max;
            compare(what, values, 0);
            same(what + " position", indices);
        }
    }

    /** Running sums in both directions. */
    @Test
    final void cumulativeSum() {
        for (int n : SIZES) {
            for (Placement p : placements()) {
                for (ValueKind numbers :
                        new ValueKind[] {ValueKind.NORMAL, ValueKind.WIDE, ValueKind.SUBNORMAL, ValueKind.NAN}) {
                    for (boolean reverse : BOTH) {
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
        onBoth((b, at) -> b.cumulativeSum(at.of(x), reverse, at.of(y)));
        View absolutes = doubles(shape);
        REFERENCE.cumulativeSum(absolute(x.reference()), reverse, absolutes);
        compare(what, y, i -> Tolerance.sum(shape.size(-1), absolutes.host().get(i)));
    }
}
