package org.unmute.tensor.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Ops that rearrange elements without changing them. Most are views of the same memory. */
public sealed interface LayoutOps extends Op {
    @Override
    default void forward(Backend backend, View out) {
        throw new IllegalStateException(name() + " is a view and is not computed");
    }

    /** An op of one tensor. */
    sealed interface OfOne extends LayoutOps {
        /** The input. */
        Tensor x();

        @Override
        default List<Tensor> inputs() {
            return List.of(x());
        }
    }

    /** The same elements in row-major order in another shape. A view if the strides allow it, otherwise a copy. */
    record Reshape(Tensor x, Shape to) implements OfOne {
        @Override
        public Shape shape() {
            if (x.shape().elements() != to.elements()) {
                throw new IllegalArgumentException("reshape: " + x.shape() + " has "
                        + x.shape().elements() + " elements, " + to + " has " + to.elements());
            }
            return to;
        }

        @Override
        public Optional<View> alias() {
            return x.view().reshape(to);
        }

        @Override
        public void forward(Backend backend, View out) {
            // A result with padded rows cannot be viewed in the input's shape, so copy through dense memory.
            Optional<View> asInput = out.reshape(x.shape());
            if (asInput.isPresent()) {
                backend.copy(x.view(), asInput.get());
                return;
            }
            View flat = backend.allocate(x.dtype(), Shape.of(to.elements()));
            backend.copy(x.view(), flat.reshape(x.shape()).orElseThrow());
            backend.copy(flat.reshape(to).orElseThrow(), out);
            flat.buffer().close();
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(gy.reshape(x.shape().toArray()));
        }
    }

    /** Reorders the axes. */
    record Permute(Tensor x, int[] order) implements OfOne {
        @Override
        public Shape shape() {
            int[] sorted = order.clone();
            Arrays.sort(sorted);
            for (int i = 0; i < sorted.length; i++) {
                if (sorted[i] != i || sorted.length != x.rank()) {
                    throw new IllegalArgumentException(
                            "permute: " + Arrays.toString(order) + " is not a permutation of the axes of " + x.shape());
                }
            }
            return x.view().permute(order).shape();
        }

        @Override
        public Optional<View> alias() {
            return Optional.of(x.view().permute(order));
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            int[] back = new int[order.length];
            for (int i = 0; i < back.length; i++) {
                back[order[i]] = i;
            }
            return List.of(gy.permute(back));
        }
    }

    /** Repeats elements along axes of size 1 and along new leading axes. */
    record Expand(Tensor x, Shape to) implements OfOne {
        @Override
        public Shape shape() {
            return x.view().expand(to).shape();
        }

        @Override
        public Optional<View> alias() {
            return Optional.of(x.view().expand(to));
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(ElementwiseOps.reduceTo(x.shape(), gy));
        }
    }

    /** Evenly spaced elements along an axis. */
    record Slice(Tensor x, int axis, long start, long count, long step) implements OfOne {
        @Override
        public Shape shape() {
            return x.view().slice(axis, start, count, step).shape();
        }

        @Override
        public Optional<View> alias() {
            return Optional.of(x.view().slice(axis, start, count, step));
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gx = x.zerosLike();
            gy.backend().copy(gy.view(), gx.view().slice(axis, start, count, step));
            return List.of(gx);
        }
    }

    /** Concatenation along an axis. */
    record Concat(List<Tensor> parts, int axis) implements LayoutOps {
        @Override
        public List<Tensor> inputs() {
            return parts;
        }

        @Override
        public Shape shape() {
            Shape first = parts.getFirst().shape();
            long total = 0;
            for (Tensor t : parts) {
                if (t.rank() != first.rank()
                        || t.dtype() != parts.getFirst().dtype()
                        || !t.shape().with(axis, 0).equals(first.with(axis, 0))) {
                    throw new IllegalArgumentException("concat: shapes differ in more than axis " + axis + ": "
                            + parts.stream()
                                    .map(p -> p.dtype() + p.shape().toString())
                                    .toList());
                }
                total += t.size(axis);
            }
            return first.with(axis, total);
        }

        @Override
        public void forward(Backend backend, View out) {
            long at = 0;
            for (Tensor t : parts) {
                backend.copy(t.view(), out.slice(axis, at, t.size(axis), 1));
                at += t.size(axis);
            }
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            List<Tensor> gradients = new ArrayList<>();
            long at = 0;
            for (Tensor t : parts) {
                gradients.add(gy.slice(axis, at, t.size(axis)));
                at += t.size(axis);
            }
            return gradients;
        }
    }

    /** Pads an axis with a constant before and after. */
    record Pad(Tensor x, int axis, long before, long after, double value) implements OfOne {
        @Override
        public Shape shape() {
            if (before < 0 || after < 0) {
                throw new IllegalArgumentException(
                        "pad: negative padding " + before + ", " + after + ": use slice to cut");
            }
            return x.shape().with(axis, Math.addExact(x.size(axis), Math.addExact(before, after)));
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.fill(out, value);
            backend.copy(x.view(), out.slice(axis, before, x.size(axis), 1));
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(gy.slice(axis, before, x.size(axis)));
        }
    }

    /** Converts to another element type. */
    record Cast(Tensor x, DType to) implements OfOne {
        @Override
        public DType dtype() {
            return to;
        }

        @Override
        public Shape shape() {
            if (to.isComputable() && !x.backend().supports(to)) {
                throw new IllegalArgumentException(
                        "cast: backend " + x.backend().name() + " does not compute in " + to
                                + ": use the scalar backend or another type");
            }
            return x.shape();
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.copy(x.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(gy.cast(x.dtype()));
        }
    }

    /** The shape with the given sizes. One of them may be -1 and is then inferred from the number of elements. */
    static Shape infer(Shape from, long... sizes) {
        long known = 1;
        int open = -1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1 && open < 0) {
                open = i;
            } else if (sizes[i] < 0) {
                throw new IllegalArgumentException("reshape: at most one size may be -1: " + Arrays.toString(sizes));
            } else {
                known = Shape.of(known, sizes[i]).elements();
            }
        }
        if (open < 0) {
            return Shape.of(sizes);
        }
        if (known == 0 || from.elements() % known != 0) {
            throw new IllegalArgumentException("reshape: " + from + " does not divide into " + Arrays.toString(sizes));
        }
        long[] s = sizes.clone();
        s[open] = from.elements() / known;
        return Shape.of(s);
    }
}
