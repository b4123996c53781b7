package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Elementwise ops. Those of several tensors broadcast. */
public sealed interface ElementwiseOps extends Op {
    /** A function of the elements of one tensor. */
    sealed interface OfOne extends ElementwiseOps {
        /** The input. */
        Tensor x();

        @Override
        default List<Tensor> inputs() {
            return List.of(x());
        }

        @Override
        default Shape shape() {
            requireOneFloatingType(x());
            return x().shape();
        }
    }

    /** {@code f(x)}, where {@code p} and {@code q} are the constants of {@code f}. */
    record Map(Unary f, double p, double q, Tensor x) implements OfOne {
        @Override
        public void forward(Backend backend, View out) {
            backend.unary(f, p, q, x.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(x.computeLike(gx -> gy.backend().unaryBackward(f, p, q, x.view(), y.view(), gy.view(), gx)));
        }

        @Override
        public String name() {
            return f.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** {@code f(a, b)} with broadcasting. */
    record Combine(Binary f, Tensor a, Tensor b) implements ElementwiseOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(a, b);
        }

        @Override
        public Shape shape() {
            if (a.dtype() != b.dtype()) {
                throw new IllegalArgumentException(
                        name() + ": element types differ: a is " + a.dtype() + ", b is " + b.dtype() + ": cast one");
            }
            return Shape.broadcast(name(), a.shape(), b.shape());
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.binary(f, a.view().expand(out.shape()), b.view().expand(out.shape()), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            if (!f.isDifferentiable()) {
                return Arrays.asList(null, null);
            }
            return Arrays.asList(
                    a.requiresGradient() ? reduceTo(a.shape(), leftGradient(y, gy)) : null,
                    b.requiresGradient() ? reduceTo(b.shape(), rightGradient(y, gy)) : null);
        }

        private Tensor leftGradient(Tensor y, Tensor gy) {
            return switch (f) {
                case ADD, SUB -> gy;
                case MUL -> gy.times(b);
                case DIV -> gy.over(b);
                case POW -> zeroWhere(b.eq(0), gy.times(b.times(a.pow(b.minus(1)))));
                case MAX -> gy.times(share(a, b));
                case MIN -> gy.times(share(b, a));
                case EQUAL, GREATER, GREATER_EQUAL -> throw new IllegalStateException(name());
            };
        }

        private Tensor rightGradient(Tensor y, Tensor gy) {
            return switch (f) {
                case ADD -> gy;
                case SUB -> gy.times(-1);
                case MUL -> gy.times(a);
                case DIV -> gy.times(y).over(b).times(-1);
                case POW -> zeroWhere(a.eq(0).times(b.ge(0)), gy.times(y.times(a.log())));
                case MAX -> gy.times(share(b, a));
                case MIN -> gy.times(share(a, b));
                case EQUAL, GREATER, GREATER_EQUAL -> throw new IllegalStateException(name());
            };
        }

        private static Tensor zeroWhere(Tensor condition, Tensor g) {
            return condition.where(g.scalarLike(0), g);
        }

        /**
         * The fraction of the gradient that {@code x} gets: 1 where {@code x > other}, ½ where they are equal, else 0.
         */
        private static Tensor share(Tensor x, Tensor other) {
            return x.gt(other).plus(x.eq(other).times(0.5));
        }

        @Override
        public String name() {
            return f.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** {@code x · scale + shift} with constants. */
    record Affine(Tensor x, double scale, double shift) implements OfOne {
        @Override
        public Shape shape() {
            if (!x.dtype().isFloating() && (scale != Math.rint(scale) || shift != Math.rint(shift))) {
                throw new IllegalArgumentException("affine: " + x.dtype() + x.shape() + " times " + scale + " plus "
                        + shift + " would be cut to integers: cast to F32 first");
            }
            return x.shape();
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.affine(x.view(), scale, shift, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(scale == 1 ? gy : gy.times(scale));
        }
    }

    /** {@code condition != 0 ? a : b} with broadcasting. The condition has no gradient. */
    record Where(Tensor condition, Tensor a, Tensor b) implements ElementwiseOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(condition, a, b);
        }

        @Override
        public DType dtype() {
            return a.dtype();
        }

        @Override
        public Shape shape() {
            if (a.dtype() != b.dtype()) {
                throw new IllegalArgumentException(
                        "where: element types differ: a is " + a.dtype() + ", b is " + b.dtype());
            }
            return Shape.broadcast("where", condition.shape(), Shape.broadcast("where", a.shape(), b.shape()));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.select(
                    condition.view().expand(out.shape()),
                    a.view().expand(out.shape()),
                    b.view().expand(out.shape()),
                    out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor zero = gy.scalarLike(0);
            return Arrays.asList(
                    null,
                    a.requiresGradient() ? reduceTo(a.shape(), condition.where(gy, zero)) : null,
                    b.requiresGradient() ? reduceTo(b.shape(), condition.where(zero, gy)) : null);
        }
    }

    /**
     * Sign, with +1 for zero of either sign, and a straight-through gradient as if this were the identity (paper,
     * section 4, equations 1 and 5). With {@code clipped}, the gradient passes only where {@code |x| ≤ 1}, which the
     * paper does not do.
     */
    record BinarizeStraightThrough(Tensor x) implements OfOne {
        @Override
        public void forward(Backend backend, View out) {
            backend.unary(Unary.SIGN, 0, 0, x.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(gy);
        }
    }

    /** Sums a gradient over the axes along which an operand of this shape was broadcast. */
    static Tensor reduceTo(Shape shape, @Nullable Tensor g) {
        if (g.shape().equals(shape)) {
            return g;
        }
        int lead = g.rank() - shape.rank();
        int[] axes = new int[g.rank()];
        int n = 0;
        for (int i = 0; i < g.rank(); i++) {
            if (i < lead || shape.size(i - lead) == 1 && g.size(i) != 1) {
                axes[n++] = i;
            }
        }
        Tensor sum = n == 0 ? g : g.sumKeepingAxes(Arrays.copyOf(axes, n));
        return sum.reshape(shape.toArray());
    }
}
