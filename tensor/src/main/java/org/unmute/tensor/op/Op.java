package org.unmute.tensor.op;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/**
 * One differentiable operation: a record of its inputs that knows the result's shape, its forward rule and its
 * gradient, side by side. {@link #shape()} is the one place where arguments are checked. Run one with {@link
 * Tensor#run(Op)}.
 */
public sealed interface Op
        permits ElementwiseOps,
                ReductionOps,
                ProductOps,
                NormalizationOps,
                LayoutOps,
                IndexingOps,
                UnfoldingOps,
                AttentionOps,
                PrototypeOps,
                LossOps {
    /** The tensors this op reads, in the order {@link #backward} answers. */
    List<Tensor> inputs();

    /**
     * The result's shape.
     *
     * @throws IllegalArgumentException if the inputs do not fit; the message has all shapes
     */
    Shape shape();

    /** The result's element type; that of the first input unless said otherwise. */
    default DType dtype() {
        return inputs().getFirst().dtype();
    }

    /**
     * For ops that only look at their input's memory in another way: that look. Then {@link #forward} is not called.
     */
    default Optional<View> alias() {
        return Optional.empty();
    }

    /** Computes the result into {@code out}, which has {@link #shape()} and {@link #dtype()}. */
    void forward(Backend backend, View out);

    /**
     * The gradient of each input, given the result {@code y} and its gradient {@code gy}; null for an input that has
     * none. Called without recording.
     */
    List<Tensor> backward(Tensor y, Tensor gy);

    /** Whether the backend converts an input in a storage type as it reads it, so that it need not be cast. */
    default boolean acceptsStorageType(Tensor input) {
        return false;
    }

    /** Refuses inputs that are not all of one floating-point type; null stands for an absent input. */
    default void requireOneFloatingType(Tensor... tensors) {
        for (Tensor t : tensors) {
            if (t != null && (t.dtype() != tensors[0].dtype() || !t.dtype().isFloating())) {
                throw new IllegalArgumentException(name() + ": needs floating-point numbers of one type, got "
                        + Arrays.stream(tensors)
                                .filter(x -> x != null)
                                .map(x -> x.dtype() + x.shape().toString())
                                .toList()
                        + ": cast them");
            }
        }
    }

    /** The op's name in messages: the record's, in lower camel case. */
    default String name() {
        String s = getClass().getSimpleName();
        return Character.toLowerCase(s.charAt(0)) + s.substring(1);
    }
}
