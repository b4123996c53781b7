package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Ops that combine elements along axes. */
public sealed interface ReductionOps extends Op {
    /** The only input. */
    Tensor x();

    @Override
    default List<Tensor> inputs() {
        return List.of(x());
    }

    /** Sum over axes. */
    record Sum(Tensor x, int[] axes, boolean keepAxes) implements ReductionOps {
        @Override
        public Shape shape() {
            return reduced(name(), x.shape(), axes, keepAxes);
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.reduce(Reduce.SUM, x.view(), kept(out, x.shape(), axes));
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(spread(gy, x.shape(), axes));
        }
    }

    /** Maximum over axes; equal maxima share the gradient evenly. */
    record SharedMax(Tensor x, int[] axes, boolean keepAxes) implements ReductionOps {
        @Override
        public Shape shape() {
            Shape s = reduced(name(), x.shape(), axes, keepAxes);
            if (x.shape().elements() == 0 && s.elements() > 0) {
                throw new IllegalArgumentException(name() + ": nothing to take the maximum of: " + x.shape()
                        + " along axes " + Arrays.toString(axes));
            }
            return s;
        }

        @Override
        public String name() {
            return "amax";
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.reduce(Reduce.MAX, x.view(), kept(out, x.shape(), axes));
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor winners = x.eq(spread(y, x.shape(), axes));
            Tensor count = winners.sumKeepingAxes(axes);
            return List.of(winners.times(spread(gy, x.shape(), axes)).over(count));
        }
    }

    /** Maximum or minimum along the last axis; {@link #forward} fills {@code indices}. */
    record LastExtreme(Tensor x, boolean max, Tensor indices) implements ReductionOps {
        @Override
        public Shape shape() {
            if (x.size(-1) == 0) {
                throw new IllegalArgumentException(name() + ": the axis is empty: " + x.shape());
            }
            return x.shape().without(-1);
        }

        @Override
        public String name() {
            return max ? "max" : "min";
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.extreme(max, x.view(), out, indices.view());
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gx = x.zerosLike();
            int last = x.rank() - 1;
            gy.backend().scatterAdd(gy.view().insert(last), last, indices.view().insert(last), gx.view());
            return List.of(gx);
        }
    }

    /** Cumulative sum along the last axis. */
    record CumulativeSum(Tensor x) implements ReductionOps {
        @Override
        public Shape shape() {
            return x.shape();
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.cumulativeSum(x.view(), false, out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(x.computeLike(gx -> gy.backend().cumulativeSum(gy.view(), true, gx)));
        }
    }

    /**
     * Maxima or minima along an axis and their positions.
     *
     * @param values without the axis
     * @param indices {@code I32}, without the axis
     */
    record Extreme(Tensor values, Tensor indices) {}

    /** Maximum or minimum along an axis, and the position of its first occurrence. */
    static Extreme extreme(Tensor x, int axis, boolean max) {
        int a = x.shape().axis(axis);
        Tensor t = a == x.rank() - 1 ? x : x.permute(lastAxis(x.rank(), a));
        Tensor indices = Tensor.zeros(x.backend(), DType.I32, t.shape().without(-1));
        return new Extreme(Tensor.run(new LastExtreme(t, max, indices)), indices);
    }

    /** The permutation that moves an axis to the end and keeps the order of the others. */
    private static int[] lastAxis(int rank, int axis) {
        int[] order = new int[rank];
        for (int i = 0, j = 0; i < rank; i++) {
            if (i != axis) {
                order[j++] = i;
            }
        }
        order[rank - 1] = axis;
        return order;
    }

    private static Shape reduced(String name, Shape shape, int[] axes, boolean keep) {
        if (Arrays.stream(axes).distinct().count() < axes.length) {
            throw new IllegalArgumentException(
                    name + ": an axis is named twice: " + Arrays.toString(axes) + " of " + shape);
        }
        if (!keep) {
            return Shape.of(IntStream.range(0, shape.rank())
                    .filter(a -> Arrays.stream(axes).noneMatch(gone -> gone == a))
                    .mapToLong(shape::size)
                    .toArray());
        }
        Shape s = shape;
        for (int a : axes) {
            s = s.with(a, 1);
        }
        return s;
    }

    /** A view of the result that keeps the reduced axes with size 1. */
    private static View kept(View out, Shape shape, int[] axes) {
        return out.reshape(reduced("reduce", shape, axes, true)).orElseThrow();
    }

    /** Repeats a reduced tensor over the axes that were reduced. */
    private static Tensor spread(Tensor g, Shape shape, int[] axes) {
        return g.reshape(reduced("sum", shape, axes, true).toArray()).expand(shape.toArray());
    }
}
