package org.unmute.tensor.op;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/**
 * A differentiable operation: a record of its inputs that defines the result's shape, the forward pass and the
 * gradient. {@link #shape()} is the only place where arguments are checked. {@link Tensor#run(Op)} runs it.
 * Families are sealed; {@link CustomOp} is open to other modules.
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
                LossOps,
                CustomOp {
    /** The tensors that this op reads, in the order of the gradients returned by {@link #backward}. */
    List<Tensor> inputs();

    /**
     * The result's shape.
     *
     * @throws IllegalArgumentException if the inputs do not fit together; the message contains all shapes
     */
    Shape shape();

    /** The result's element type; by default the type of the first input. */
    default DType dtype() {
        return inputs().getFirst().dtype();
    }

    /**
     * The result as a view of the input's memory, if the op only changes the layout; {@link #forward} is then not
     * called.
     */
    default Optional<View> alias() {
        return Optional.empty();
    }

    /** Computes the result into {@code out}, which has {@link #shape()} and {@link #dtype()}. */
    void forward(Backend backend, View out);

    /**
     * The gradient of each input, given the result {@code y} and its gradient {@code gy}; null for an input that has
     * none. Called while recording is off.
     */
    List<@Nullable Tensor> backward(Tensor y, Tensor gy);

    /** Whether the backend reads this input directly in its storage type, so that it need not be cast first. */
    default boolean acceptsStorageType(Tensor input) {
        return false;
    }

    /** The memory of an input, or null if it is absent. */
    static @Nullable View view(@Nullable Tensor input) {
        return input == null ? null : input.view();
    }

    /** The inputs that are present, in order. */
    static List<Tensor> present(@Nullable Tensor... inputs) {
        return Stream.of(inputs).filter(Objects::nonNull).toList();
    }

    /** Zeros for the gradient of an input, or null if it is absent or needs none. */
    static @Nullable Tensor gradientOf(Tensor input) {
        return input != null && input.requiresGradient() ? input.zerosLike() : null;
    }

    /** The shape of an input for a message. */
    static String shapeOf(@Nullable Tensor input) {
        return input == null ? "absent" : input.shape().toString();
    }

    /** Requires that all inputs have the same floating-point type; null stands for an absent input. */
    default void requireOneFloatingType(@Nullable Tensor... tensors) {
        for (Tensor t : tensors) {
            if (t != null && (t.dtype() != tensors[0].dtype() || !t.dtype().isFloating())) {
                throw new IllegalArgumentException(name() + ": needs floating-point numbers of one type, got "
                        + present(tensors).stream()
                                .map(x -> x.dtype() + x.shape().toString())
                                .toList()
                        + ": cast them");
            }
        }
    }

    /** The op's name in messages; by default the name of the record in lower camel case. */
    default String name() {
        String s = getClass().isAnonymousClass() ? "Op" : getClass().getSimpleName();
        return Character.toLowerCase(s.charAt(0)) + s.substring(1);
    }
}
