package org.unmute.kernels.contract;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/** Matrix products and affine maps. */
public abstract class ProductContract extends Contract {
    /** For the backend's tests. */
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

    /** Products in all placements. */
    @TestFactory
    final Stream<DynamicTest> matmul() {
        return each(SHAPES, s -> {
            Expected expected = null;
            for (Placement p : Placement.values()) {
                for (Placement q : Placement.values()) {
                    Placement out = Placement.values()[(p.ordinal() + 2 * q.ordinal()) % Placement.values().length];
                    Operand a = operand(p, Shape.of(s[0], s[1]), 1);
                    Operand b = operand(q, Shape.of(s[1], s[2]), 2);
                    expected = expected == null ? product(a, b) : expected;
                    product(a, b, expected, out);
                }
            }
        });
    }

    /** Special values affect only the results that they contribute to. */
    @TestFactory
    final Stream<DynamicTest> matmulOfSpecialValues() {
        return each(ValueKind.values(), numbers -> {
            for (int[] s : new int[][] {{3, 2, 5}, {15, 17, 33}, {30, 3, 40}}) {
                // Only a few, so that some results are ordinary.
                float[] x = ValueKind.NORMAL.make((long) s[0] * s[1], 1);
                float[] special = numbers.make(x.length, 3);
                for (int i = 0; i < x.length; i += 11) {
                    x[i] = special[i];
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
        product(a, b, product(a, b), placement);
    }

    private void product(Operand a, Operand b, Expected expected, Placement placement) {
        Operand out =
                output(placement, a.view().shape().with(-1, b.view().shape().size(-1)));
        backend().matmul(a.view(), b.view(), out.view());
        compare(
                "matmul " + a.view() + " and " + b.view() + " to " + placement,
                a.view().shape().size(-1),
                expected,
                out);
    }

    /**
     * The result of the reference. It depends on the values only, not on their placement, and takes most of the time,
     * so one result serves all placements of the same values.
     *
     * @param sums of products in float64
     * @param absolutes sums of the products' magnitudes
     */
    private record Expected(View sums, View absolutes) {}

    private static Expected product(Operand a, Operand b) {
        Shape shape = a.view().shape().with(-1, b.view().shape().size(-1));
        Expected e = new Expected(doubles(shape), doubles(shape));
        REFERENCE.matmul(a.reference(), b.reference(), e.sums);
        REFERENCE.matmul(absolute(a.reference()), absolute(b.reference()), e.absolutes);
        return e;
    }

    private static Expected linear(Operand x, Operand w, Operand bias, Shape shape) {
        Expected e = new Expected(doubles(shape), doubles(shape));
        REFERENCE.linear(x.reference(), w.reference(), bias == null ? null : bias.reference(), e.sums);
        REFERENCE.linear(
                absolute(x.reference()),
                absolute(w.reference()),
                bias == null ? null : absolute(bias.reference()),
                e.absolutes);
        return e;
    }

    private static void compare(String what, long n, Expected expected, Operand out) {
        float[] got = out.read();
        for (int i = 0; i < got.length; i++) {
            double total = expected.absolutes.host().get(i);
            if (Double.isFinite(total) && Tolerance.mayOverflow(total)) {
                continue;
            }
            Check.close(what, i, expected.sums.host().get(i), got[i], Tolerance.sum(n, total));
        }
        out.assertGuards(what);
    }

    private static View absolute(View x) {
        REFERENCE.unary(Unary.ABS, 0, 0, x, x);
        return x;
    }

    /** {@code x weightᵀ + bias} for inputs of one to three axes, with and without bias, frozen and not. */
    @Test
    final void linear() {
        int[][] sizes = {{1, 1}, {7, 3}, {16, 32}, {17, 33}, {65, 64}, {257, 31}, {800, 40}, {0, 3}};
        for (int[] s : sizes) {
            for (Shape lead : new Shape[] {Shape.of(), Shape.of(5), Shape.of(2, 15), Shape.of(0, 2)}) {
                for (boolean hasBias : new boolean[] {true, false}) {
                    Expected expected = null;
                    for (Placement p : Placement.values()) {
                        expected = linear(lead.concat(Shape.of(s[0])), s[1], p, hasBias, expected);
                    }
                }
            }
        }
    }

    /** Computes the expected result unless it is known; returns it. */
    private Expected linear(Shape shape, int columns, Placement p, boolean hasBias, Expected known) {
        String what = "linear " + shape + " to " + columns + " " + p;
        long n = shape.size(-1);
        Shape outShape = shape.with(-1, columns);
        Operand x = operand(p, shape, 1);
        Operand w = operand(p, Shape.of(columns, n), 2);
        Operand b = operand(Placement.STRIDED, Shape.of(columns), 3);
        Expected expected = known == null ? linear(x, w, hasBias ? b : null, outShape) : known;
        float[] first = null;
        for (int round = 0; round < 3; round++) {
            Operand out = output(p, outShape);
            backend().linear(x.view(), w.view(), hasBias ? b.view() : null, out.view());
            compare(what, n + 1, expected, out);
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
        backend().linear(x.view(), read, hasBias ? b.view() : null, out.view());
        Check.same(what + " read", first, out.read());
        return expected;
    }

    /**
     * An activation and a residual after the product: the same bits as the separate steps, with sizes around every
     * tile.
     */
    @Test
    final void linearWithActivationAndResidual() {
        for (int[] s : new int[][] {
            {1, 1, 1}, {3, 7, 5}, {65, 33, 130}, {300, 17, 257}, {5, 0, 3}, {0, 4, 2}, {31, 1600, 97}, {1540, 3, 1410}
        }) {
            boolean large = s[0] * s[2] > 1 << 20;
            for (Placement p : large ? new Placement[] {Placement.PADDED} : Placement.values()) {
                Operand x = operand(p, Shape.of(1, s[0], s[1]), 1);
                Operand w = operand(p, Shape.of(s[2], s[1]), 2);
                Operand b = operand(Placement.STRIDED, Shape.of(s[2]), 3);
                Shape shape = Shape.of(1, s[0], s[2]);
                Operand residual = operand(p, shape, 4);
                for (Unary f :
                        large ? new Unary[] {Unary.GELU} : new Unary[] {null, Unary.GELU, Unary.RELU, Unary.ERF}) {
                    for (View r : new View[] {null, residual.view()}) {
                        Operand steps = output(p, shape);
                        backend().linear(x.view(), w.view(), b.view(), steps.view());
                        if (f != null) {
                            backend().unary(f, 0, 0, steps.view(), steps.view());
                        }
                        if (r != null) {
                            backend().binary(Binary.ADD, r, steps.view(), steps.view());
                        }
                        Operand out = output(p, shape);
                        backend().linear(x.view(), w.view(), b.view(), f, r, out.view());
                        String what =
                                "linear " + shape + " from " + s[1] + " " + p + ", " + f + ", residual " + (r != null);
                        Check.same(what, steps.read(), out.read());
                        out.assertGuards(what);
                    }
                }
                w.view().buffer().freeze();
                Operand frozen = output(p, shape);
                backend().linear(x.view(), w.view(), b.view(), Unary.GELU, residual.view(), frozen.view());
                Operand steps = output(p, shape);
                backend().linear(x.view(), w.view(), b.view(), steps.view());
                backend().unary(Unary.GELU, 0, 0, steps.view(), steps.view());
                backend().binary(Binary.ADD, residual.view(), steps.view(), steps.view());
                Check.same("linear " + shape + " from " + s[1] + " " + p + ", frozen", steps.read(), frozen.read());
            }
        }
    }

    /**
     * Operands at the start of their memory, where a backend may use wide loads; alone, transposed and in batches.
     */
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
            float[] left = ValueKind.NORMAL.make((long) s[0] * s[1] * s[2], 1);
            float[] right = ValueKind.NORMAL.make((long) s[0] * s[2] * s[3], 2);
            Expected expected = null;
            for (int order = 0; order < 4; order++) {
                Operand a = aligned(Shape.of(s[0], s[1], s[2]), left, order % 2 == 1);
                Operand b = aligned(Shape.of(s[0], s[2], s[3]), right, order / 2 == 1);
                expected = expected == null ? product(a, b) : expected;
                product(a, b, expected, Placement.DENSE);
            }
        });
    }

    /** Matrices of these numbers; in memory either row by row or column by column. */
    private Operand aligned(Shape shape, float[] numbers, boolean byColumns) {
        if (!byColumns) {
            return fromTheStart(shape, numbers);
        }
        View columns = View.dense(HostBuffer.wrap(numbers), shape).transpose(-1, -2);
        float[] turned = new float[numbers.length];
        REFERENCE.copy(columns, View.dense(HostBuffer.wrap(turned), columns.shape()));
        return fromTheStart(columns.shape(), turned).transposed();
    }

    /** Several weights in one frozen buffer are distinguished. */
    @Test
    final void linearWithPartsOfAFrozenBuffer() {
        Operand all = operand(Placement.DENSE, Shape.of(3, 9, 9), 2);
        all.view().buffer().freeze();
        Operand x = operand(Placement.DENSE, Shape.of(4, 9), 1);
        View reference = all.reference();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 3; i++) {
                for (boolean transposed : new boolean[] {false, true}) {
                    View w = all.view().select(0, i);
                    View r = reference.select(0, i);
                    Operand out = output(Placement.DENSE, Shape.of(4, 9));
                    backend().linear(x.view(), transposed ? w.transpose(0, 1) : w, null, out.view());
                    Expected expected = new Expected(doubles(Shape.of(4, 9)), doubles(Shape.of(4, 9)));
                    REFERENCE.linear(x.reference(), transposed ? r.transpose(0, 1) : r, null, expected.sums);
                    View absolute = absolute(all.reference()).select(0, i);
                    REFERENCE.linear(
                            absolute(x.reference()),
                            transposed ? absolute.transpose(0, 1) : absolute,
                            null,
                            expected.absolutes);
                    compare("linear with part " + i, 9, expected, out);
                }
            }
        }
    }
}
