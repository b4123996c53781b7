package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** Ops that select elements by index. */
public sealed interface IndexingOps extends Op {
    /**
     * {@code out[.., i, ..] = x[.., index[.., i, ..], ..]} along an axis. Gradients of an element selected several
     * times are added.
     */
    record Gather(Tensor x, int axis, Tensor index) implements IndexingOps {
        @Override
        public List<Tensor> inputs() {
            return List.of(x, index);
        }

        @Override
        public Shape shape() {
            if (index.dtype() != DType.I32
                    || index.rank() != x.rank()
                    || !index.shape().with(axis, 0).equals(x.shape().with(axis, 0))) {
                throw new IllegalArgumentException("gather: the index must be I32 of x's shape except along axis "
                        + axis + ": x is " + x.shape() + ", index is " + index.dtype() + index.shape());
            }
            checkRange();
            return index.shape();
        }

        /** Checks that the indices are in range before any kernel runs, because kernels do not check. */
        private void checkRange() {
            if (index.shape().elements() == 0) {
                return;
            }
            Backend b = index.backend();
            Shape ones = Shape.ones(index.rank());
            View range = b.allocate(DType.I32, ones);
            View distinct = index.view();
            for (int i = 0; i < distinct.shape().rank(); i++) {
                // An expanded axis only repeats elements, so one position is enough.
                distinct = distinct.stride(i) == 0 ? distinct.slice(i, 0, 1, 1) : distinct;
            }
            int[] host = new int[1];
            View at = View.dense(HostBuffer.wrap(host), ones);
            for (Reduce f : new Reduce[] {Reduce.MIN, Reduce.MAX}) {
                b.reduce(f, distinct, range);
                b.download(range, at);
                if (host[0] < 0 || host[0] >= x.size(axis)) {
                    throw new IndexOutOfBoundsException(
                            "gather: index " + host[0] + " lies outside axis " + axis + " of " + x.shape());
                }
            }
            range.buffer().close();
        }

        @Override
        public void forward(Backend backend, View out) {
            backend.gather(x.view(), axis, index.view(), out);
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor gx = x.zerosLike();
            gy.backend().scatterAdd(gy.view(), axis, index.view(), gx.view());
            return Arrays.asList(gx, null);
        }
    }
}
