package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/**
 * Receives the intermediate tensors of a forward pass by name ({@code patch_embed}, {@code block.0}, …). Tensors
 * belong to the caller's scope.
 */
@FunctionalInterface
public interface Trace {
    /** Ignores everything. */
    Trace NONE = new Trace() {
        @Override
        public void accept(String name, Tensor tensor) {}

        @Override
        public boolean takes(String name) {
            return false;
        }
    };

    /** Receives a tensor of the pass. */
    void accept(String name, Tensor tensor);

    /**
     * Whether the trace uses a tensor. A pass may release a tensor that it does not use, without passing it on.
     */
    default boolean takes(String name) {
        return true;
    }

    /**
     * Whether a tensor that the pass does not need itself, such as {@code attention.11}, is to be computed for the
     * trace.
     */
    default boolean wants(String name) {
        return false;
    }
}
