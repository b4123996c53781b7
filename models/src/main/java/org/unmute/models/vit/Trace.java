package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/**
 * Told every intermediate tensor of a forward pass by name ({@code patch_embed}, {@code block.0}, …). Tensors belong to
 * the caller's scope.
 */
@FunctionalInterface
public interface Trace {
    /** Takes no notice. */
    Trace NONE = new Trace() {
        @Override
        public void accept(String name, Tensor tensor) {}

        @Override
        public boolean takes(String name) {
            return false;
        }
    };

    /** A tensor that the pass came by. */
    void accept(String name, Tensor tensor);

    /**
     * Whether it makes use of a tensor; a pass that frees memory on its way does not keep, nor tell, what the trace
     * does not take.
     */
    default boolean takes(String name) {
        return true;
    }

    /**
     * Whether a tensor that the pass would not come by, such as {@code attention.11}, is to be computed for the trace.
     */
    default boolean wants(String name) {
        return false;
    }
}
