package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/**
 * Told every intermediate tensor of a forward pass by name ({@code patch_embed}, {@code block.0}, …). Tensors belong to the
 * caller's scope.
 */
@FunctionalInterface
public interface Trace {
    /** Takes no notice. */
    Trace NONE = (name, tensor) -> {};

    /** A tensor that the pass came by. */
    void accept(String name, Tensor tensor);

    /** Whether a tensor that the pass would not come by, such as {@code attention.11}, is to be computed for the trace. */
    default boolean wants(String name) {
        return false;
    }
}
