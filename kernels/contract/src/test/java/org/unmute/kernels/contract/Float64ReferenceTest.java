package org.unmute.kernels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmute.kernels.contract.reference.Float64Reference;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/** The loops of {@link Float64Reference} give the bits of the scalar backend in every layout. */
class Float64ReferenceTest {
    private static final Shape SHAPE = Shape.of(3, 5, 17);

    /** Numbers in a larger array of numbers that are never read. */
    private static View place(Placement p, Shape shape, ValueKind kind, long seed) {
        long[] strides = p.strides(shape);
        long span = IntStream.range(0, strides.length)
                .mapToLong(a -> Math.max(0, shape.size(a) - 1) * Math.abs(strides[a]))
                .sum();
        double[] all = new double[(int) span + 1];
        Arrays.fill(all, -7.5);
        View v = new View(HostBuffer.wrap(all), shape, p == Placement.NEGATIVE ? span : 0, strides);
        ScalarBackend.INSTANCE.copy(View.dense(HostBuffer.wrap(kind.make(shape.elements(), seed)), shape), v);
        return v;
    }

    private static View place(Placement p, Shape shape, long seed) {
        return place(p, shape, ValueKind.NORMAL, seed);
    }

    /** Compares all memory, also what surrounds the result. */
    private static void assertSame(String what, Placement p, Shape result, BiConsumer<Backend, View> op) {
        View expected = place(p, result, 9);
        View got = place(p, result, 9);
        op.accept(ScalarBackend.INSTANCE, expected);
        op.accept(Float64Reference.INSTANCE, got);
        assertThat(got.host().doubles())
                .as("%s to %s %s", what, result, p)
                .isEqualTo(expected.host().doubles());
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void elementsAreTheSame(Placement p) {
        for (ValueKind kind : ValueKind.values()) {
            View x = place(p, SHAPE, kind, 1);
            View y = place(p.after(2), SHAPE, kind, 2);
            View row = place(p, Shape.of(3, 1, 17), kind, 3).expand(SHAPE);
            for (Unary f : Unary.values()) {
                assertSame(f + " of " + kind, p.after(1), SHAPE, (b, out) -> b.unary(f, -0.5, 2, x, out));
                assertSame(f + " in place", p, SHAPE, (b, out) -> b.unary(f, 0.3, 0.8, out, out));
            }
            for (Binary f : Binary.values()) {
                assertSame(f + " of " + kind, p.after(1), SHAPE, (b, out) -> b.binary(f, x, y, out));
                assertSame(f + " of rows", p, SHAPE, (b, out) -> b.binary(f, row, out, out));
            }
            assertSame("affine of " + kind, p.after(3), SHAPE, (b, out) -> b.affine(x, 1.0 / 3, -2.5, out));
            assertSame("copy of " + kind, p.after(4), SHAPE, (b, out) -> b.copy(x, out));
        }
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void reductionsAreTheSame(Placement p) {
        for (ValueKind kind : ValueKind.values()) {
            View x = place(p, SHAPE, kind, 1);
            for (Reduce f : Reduce.values()) {
                for (int axes = 0; axes < 8; axes++) {
                    Shape small = SHAPE;
                    for (int a = 0; a < 3; a++) {
                        small = (axes >> a & 1) != 0 ? small.with(a, 1) : small;
                    }
                    assertSame(f + " of " + kind, p.after(1), small, (b, out) -> b.reduce(f, x, out));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void productsAreTheSame(Placement p) {
        for (int[] s : new int[][] {{1, 1, 1}, {7, 33, 18}, {4, 257, 1}, {1, 9, 65}, {3, 0, 4}, {2, 3, 0}, {0, 3, 2}}) {
            for (ValueKind kind : ValueKind.values()) {
                Shape left = Shape.of(2, 3, s[0], s[1]);
                Shape right = Shape.of(2, 3, s[1], s[2]);
                Shape result = Shape.of(2, 3, s[0], s[2]);
                View x = place(p, left, kind, 1);
                View y = place(p.after(3), right, kind, 2);
                View shared = place(p, right.with(0, 1), kind, 2).expand(right);
                assertSame("product of " + kind, p.after(1), result, (b, out) -> b.matmul(x, y, out));
                assertSame("product of batches", p, result, (b, out) -> b.matmul(x, shared, out));
            }
        }
    }

    /** Operations that are composed of these, and those on other types. */
    @ParameterizedTest
    @EnumSource(Placement.class)
    void compositesAreTheSame(Placement p) {
        View q = place(p, Shape.of(2, 9, 8), 1);
        View k = place(p.after(1), Shape.of(2, 11, 8), 2);
        View v = place(p.after(2), Shape.of(2, 11, 5), 3);
        View half = ScalarBackend.INSTANCE.allocate(DType.F16, q.shape());
        ScalarBackend.INSTANCE.copy(q, half);
        assertSame("softmax", p, q.shape(), (b, out) -> b.softmax(q, out));
        assertSame("attention", p, Shape.of(2, 9, 5), (b, out) -> b.attention(q, k, v, null, 0.3, out));
        assertSame("copy from float16", p, q.shape(), (b, out) -> b.copy(half, out));
        assertSame("exponential of float16", p, q.shape(), (b, out) -> b.unary(Unary.EXP, 0, 0, half, out));
    }
}
