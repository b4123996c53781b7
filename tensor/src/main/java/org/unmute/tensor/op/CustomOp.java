package org.unmute.tensor.op;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/**
 * An op of your own, outside this module, whose gradient you write: straight-through, reversed, or cheaper than that of
 * the ops that it is composed of. Write a record of its inputs and run it by {@link Tensor#run}:
 *
 * <pre>{@code
 * record Reversal(Tensor x) implements CustomOp {
 *     public List<Tensor> inputs() { return List.of(x); }
 *     public Tensor forward() { return x; }
 *     public List<Tensor> backward(Tensor y, Tensor gy) { return List.of(gy.negate()); }
 * }
 * Tensor y = Tensor.run(new Reversal(x));
 * }</pre>
 *
 * <p>The result has the shape and the type of the first input, unless {@link #shape()} and {@link #dtype()} say
 * otherwise. A network with such an op cannot be exported as a graph.
 */
public non-sealed interface CustomOp extends Op {
    /**
     * The result, in {@link #shape()} and {@link #dtype()} and on the backend of the inputs, computed by methods of
     * {@link Tensor}. It is copied, so it may be an input. Called while recording is off; what else it computes is
     * released.
     */
    Tensor forward();

    /**
     * The gradient of each of {@link #inputs()}, in their order and each in the shape and type of its input; null for
     * an input that has none, such as classes. Called while recording is off, and only if an input requires a gradient.
     * {@link Grad} throws an {@link IllegalArgumentException} if number, shapes, types or backends differ.
     *
     * @param y the result
     * @param gy its gradient, in the same shape and type
     */
    @Override
    List<@Nullable Tensor> backward(Tensor y, Tensor gy);

    /**
     * The shape of the result, by default that of the first input. Arguments are checked here.
     *
     * @throws IllegalArgumentException if the inputs do not fit together
     */
    @Override
    default Shape shape() {
        return inputs().getFirst().shape();
    }

    /**
     * Copies what {@link #forward()} returns.
     *
     * @throws IllegalArgumentException if shape, type or backend are not those that this op states
     */
    @Override
    default void forward(Backend backend, View out) {
        try (TensorScope _ = new TensorScope()) {
            Tensor result = Grad.withoutRecording(this::forward);
            if (!result.shape().equals(out.shape()) || result.dtype() != out.dtype() || result.backend() != backend) {
                throw new IllegalArgumentException(name() + ": forward returned another tensor than the op states: "
                        + result.describe() + " for " + out.dtype() + out.shape() + " on " + backend.name()
                        + ": override shape() or dtype(), or change forward");
            }
            backend.copy(result.view(), out);
        }
    }
}
