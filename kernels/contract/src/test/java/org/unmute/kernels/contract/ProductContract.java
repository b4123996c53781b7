package org.unmute.kernels.contract;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/** Matrix products and linear maps. */
public abstract class ProductContract extends Contract {
    /** For the tests of a backend. */
    protected ProductContract() {}

    /** Rows, inner size and columns around register tiles, and beyond one block of each. */
    private static final int[][] SHAPES = {
        {1, 1, 1},
        {1, 7, 8},
        {2, 3, 1},
        {3, 1, 17},
        {5, 64, 31},
        {6, 16, 16},
        {7, 9, 33},
        {13, 15, 15},
        {14, 32, 32},
        {15, 33, 31},
        {16, 2, 64},
        {28, 65, 127},
        {29, 127, 65},
        {17, 257, 63},
        {1, 1023, 9},
        {9, 1023, 1},
        {33, 1023, 33},
        {127, 63, 257},
        {515, 8, 35},
        {3, 1700, 5},
        {64, 0, 3},
        {0, 4, 3},
        {4, 3, 0}
    };

    /** Compares products in all placements. */
    @TestFactory
    final Stream<DynamicTest> matmul() {
        return each(SHAPES, s -> {
            Sums sums = null;
            for (Placement p : placements()) {
                for (Placement q : placements()) {
                    Placement out = p.after(2L * q.ordinal());
                    Operand a = operand(p, Shape.of(s[0], s[1]), 1);
                    Operand b = operand(q, Shape.of(s[1], s[2]), 2);
                    sums = product(a, b, sums, out);
                }
            }
        });
    }

    /** Special values affect only the results that they contribute to. */
    @TestFactory
    final Stream<DynamicTest> matmulOfSpecialValues() {
        return each(ValueKind.values(), numbers -> {
            for (int[] s : new int[][] {{3, 2, 5}, {15, 17, 33}, {30, 3, 40}}) {
                // Only a few, so that some results are ordinary numbers.
                float[] x = ValueKind.NORMAL.make((long) s[0] * s[1], 1);
                float[] special = numbers.make(x.length, 3);
                // Rounding may take the largest floats to infinity.
                float factor = operandRounding() == 0 ? 1 : 0.5f;
                for (int i = 0; i < x.length; i += 11) {
                    x[i] = factor * special[i];
                }
                product(
                        input(Placement.DENSE, Shape.of(s[0], s[1]), x),
                        operand(Placement.TRANSPOSED, Shape.of(s[1], s[2]), 2),
                        Placement.DENSE);
            }
        });
    }

    /** Batches, with either operand shared along some of the axes. */
    @Test
    final void matmulOfBatches() {
        for (int[] s : new int[][] {{1, 1, 1}, {5, 9, 7}, {17, 33, 35}, {65, 64, 64}}) {
            Shape a = Shape.of(2, 3, s[0], s[1]);
            Shape b = Shape.of(2, 3, s[1], s[2]);
            for (Shape ownA :
                    new Shape[] {a, a.with(0, 1), a.with(1, 1), a.with(0, 1).with(1, 1)}) {
                for (Shape ownB :
                        new Shape[] {b, b.with(0, 1), b.with(1, 1), b.with(0, 1).with(1, 1)}) {
                    product(
                            broadcast(ownA, a, ValueKind.NORMAL.make(ownA.elements(), 1)),
                            broadcast(ownB, b, ValueKind.NORMAL.make(ownB.elements(), 2)),
                            Placement.PADDED);
                }
            }
        }
        product(
                input(Placement.DENSE, Shape.of(0, 2, 3), new float[0]),
                input(Placement.DENSE, Shape.of(0, 3, 2), new float[0]),
                Placement.DENSE);
    }

    private void product(Operand a, Operand b, Placement placement) {
        product(a, b, null, placement);
    }

    /** Computes the expected sums unless they are already known, and returns them. */
    private Sums product(Operand a, Operand b, Sums known, Placement placement) {
        Shape shape = a.shape().with(-1, b.shape().size(-1));
        Operand out = output(placement, shape);
        backend().matmul(a.view(), b.view(), out.view());
        Sums sums = known == null ? Sums.product(shape, a.reference(), b.reference()) : known;
        compare(
                "matmul " + a.view() + " and " + b.view() + " to " + placement,
                sums,
                a.shape().size(-1),
                out);
        return sums;
    }

    /**
     * The result of the reference. It depends on the values only, not on their placement, and takes most of the time,
     * so one result serves all placements of the same values.
     *
     * @param exact sums of products in float64
     * @param absolutes sums of the products' magnitudes
     */
    private record Sums(View exact, View absolutes) {
        private Sums(Shape shape) {
            this(doubles(shape), doubles(shape));
        }

        static Sums product(Shape shape, View a, View b) {
            Sums s = new Sums(shape);
            REFERENCE.matmul(a, b, s.exact);
            REFERENCE.matmul(absolute(a), absolute(b), s.absolutes);
            return s;
        }

        static Sums linear(Shape shape, View x, View w, View bias) {
            Sums s = new Sums(shape);
            REFERENCE.linear(x, w, bias, s.exact);
            REFERENCE.linear(absolute(x), absolute(w), bias == null ? null : absolute(bias), s.absolutes);
            return s;
        }
    }

    /**
     * Compares sums of {@code n} terms. The error from rounding subnormal operands is bounded for other factors up to
     * 8.
     */
    private void compare(String what, Sums sums, long n, Operand out) {
        double ofSubnormals = operandRounding() * Float.MIN_NORMAL * n * 8;
        compare(what, sums.exact.host()::get, out, i -> {
            double bound = Tolerance.sumOfLarge(
                    n + roundedTerms(), sums.absolutes.host().get(i));
            return bound == Tolerance.UNKNOWN ? bound : bound + ofSubnormals;
        });
    }

    /** {@code x weightᵀ + bias} for inputs of one to three axes, with and without bias, frozen or not. */
    @Test
    final void linear() {
        int[][] sizes = {{1, 1}, {7, 3}, {16, 32}, {17, 33}, {65, 64}, {257, 31}, {800, 40}, {0, 3}};
        for (int[] s : sizes) {
            for (Shape lead : new Shape[] {Shape.of(), Shape.of(5), Shape.of(2, 15), Shape.of(0, 2)}) {
                for (boolean hasBias : new boolean[] {true, false}) {
                    Sums sums = null;
                    for (Placement p : placements()) {
                        sums = linear(lead.concat(Shape.of(s[0])), s[1], p, hasBias, sums);
                    }
                }
            }
        }
    }

    /** As {@link #product(Operand, Operand, Sums, Placement)}. */
    private Sums linear(Shape shape, int columns, Placement p, boolean hasBias, Sums known) {
        String what = "linear " + shape + " to " + columns + " " + p;
        long n = shape.size(-1);
        Shape outShape = shape.with(-1, columns);
        Operand x = operand(p, shape, 1);
        Operand w = operand(p, Shape.of(columns, n), 2);
        Operand b = operand(Placement.STRIDED, Shape.of(columns), 3);
        View bias = hasBias ? b.view() : null;
        Sums sums = known == null
                ? Sums.linear(outShape, x.reference(), w.reference(), hasBias ? b.reference() : null)
                : known;
        float[] first = null;
        for (int round = 0; round < 3; round++) {
            Operand out = output(p, outShape);
            backend().linear(x.view(), w.view(), bias, out.view());
            compare(what, sums, n + 1, out);
            if (first == null) {
                first = out.read();
                w.view().buffer().freeze();
            }
            Check.same(what + " frozen", first, out.read());
        }
        float[] numbers = w.read();
        View read = backend()
                .linearWeight(
                        Shape.of(columns, n),
                        (from, to, at, count) -> System.arraycopy(numbers, Math.toIntExact(from), to, at, count));
        Operand out = output(p, outShape);
        backend().linear(x.view(), read, bias, out.view());
        Check.same(what + " read", first, out.read());
        return sums;
    }

    /**
     * An activation and a residual after the product give the same bits as separate steps, with sizes around every
     * tile.
     */
    @Test
    final void linearWithActivationAndResidual() {
        for (int[] s : new int[][] {
            {1, 1, 1}, {3, 7, 5}, {65, 33, 130}, {300, 17, 257}, {5, 0, 3}, {0, 4, 2}, {31, 1600, 97}, {1540, 3, 1410}
        }) {
            boolean large = s[0] * s[2] > 1 << 20;
            // With each layout, eight functions and residuals and a frozen weight. A function takes as long as a sum of
            // 50.
            double maps = large ? 3 : 10 * placements().length;
            if (leavesOut("linearWithActivationAndResidual " + Arrays.toString(s), maps * s[0] * s[2] * (s[1] + 50))) {
                continue;
            }
            for (Placement p : large ? new Placement[] {Placement.PADDED} : placements()) {
                Operand x = operand(p, Shape.of(1, s[0], s[1]), 1);
                Operand w = operand(p, Shape.of(s[2], s[1]), 2);
                Operand b = operand(Placement.STRIDED, Shape.of(s[2]), 3);
                Shape shape = Shape.of(1, s[0], s[2]);
                Operand residual = operand(p, shape, 4);
                Operand product = output(p, shape);
                backend().linear(x.view(), w.view(), b.view(), product.view());
                for (Unary f :
                        large ? new Unary[] {Unary.GELU} : new Unary[] {null, Unary.GELU, Unary.RELU, Unary.ERF}) {
                    for (View r : new View[] {null, residual.view()}) {
                        finished(x, w, b, product, f, r, p, "");
                    }
                }
                w.view().buffer().freeze();
                backend().linear(x.view(), w.view(), b.view(), product.view());
                finished(x, w, b, product, Unary.GELU, residual.view(), p, ", frozen");
            }
        }
    }

    private void finished(
            Operand x, Operand w, Operand bias, Operand product, Unary f, View residual, Placement p, String frozen) {
        Shape shape = x.shape().with(-1, w.shape().size(0));
        String what = "linear " + x.shape() + " to " + shape + " " + p + ", " + f + ", residual " + (residual != null)
                + frozen;
        Operand out = output(p, shape);
        backend().linear(x.view(), w.view(), bias.view(), f, residual, out.view());
        Operand steps = output(p, shape);
        backend().copy(product.view(), steps.view());
        if (f != null) {
            backend().unary(f, 0, 0, steps.view(), steps.view());
        }
        if (residual != null) {
            backend().binary(Binary.ADD, residual, steps.view(), steps.view());
        }
        same(what, steps, out);
        out.assertGuards(what);
    }

    /** Operands at the start of their memory, where a backend may use wide loads: plain, transposed and in batches. */
    @TestFactory
    final Stream<DynamicTest> matmulOfAlignedOperands() {
        int[][] sizes = {
            {1, 64, 128, 128},
            {2, 65, 130, 68},
            {1, 512, 40, 512},
            {1, 300, 9, 260},
            {150, 66, 13, 72},
            {33, 130, 36, 264},
            {1, 1500, 8, 1501}
        };
        return each(sizes, s -> {
            skipIfLeftOut("matmulOfAlignedOperands " + Arrays.toString(s), 4.0 * s[0] * s[1] * s[2] * s[3]);
            float[] left = ValueKind.NORMAL.make((long) s[0] * s[1] * s[2], 1);
            float[] right = ValueKind.NORMAL.make((long) s[0] * s[2] * s[3], 2);
            Sums sums = null;
            for (int order = 0; order < 4; order++) {
                Operand a = aligned(Shape.of(s[0], s[1], s[2]), left, order % 2 == 1);
                Operand b = aligned(Shape.of(s[0], s[2], s[3]), right, order / 2 == 1);
                sums = product(a, b, sums, Placement.DENSE);
            }
        });
    }

    /** Matrices of these numbers, stored row by row or column by column. */
    private Operand aligned(Shape shape, float[] numbers, boolean byColumns) {
        if (!byColumns) {
            return fromTheStart(shape, numbers);
        }
        View columns = View.dense(HostBuffer.wrap(numbers), shape).transpose(-1, -2);
        return fromTheStart(columns.shape(), single(columns).host().floats()).as(v -> v.transpose(-1, -2));
    }

    /** Several weights in one frozen buffer are distinguished. */
    @Test
    final void linearWithPartsOfAFrozenBuffer() {
        Operand all = operand(Placement.DENSE, Shape.of(3, 9, 9), 2);
        all.view().buffer().freeze();
        Operand x = operand(Placement.DENSE, Shape.of(4, 9), 1);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 3; i++) {
                for (boolean transposed : BOTH) {
                    int part = i;
                    Operand w = all.as(v -> transposed ? v.select(0, part).transpose(0, 1) : v.select(0, part));
                    Operand out = output(Placement.DENSE, Shape.of(4, 9));
                    backend().linear(x.view(), w.view(), null, out.view());
                    Sums sums = Sums.linear(out.shape(), x.reference(), w.reference(), null);
                    compare("linear with part " + i, sums, 9, out);
                }
            }
        }
    }
}
