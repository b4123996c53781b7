package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/**
 * Receives the intermediate tensors of a forward pass by name ({@code patch_embed}, {@code block.0}, …). The tensors
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

    /** Receives a tensor of the forward pass. */
    void accept(String name, Tensor tensor);

    /** Whether the trace uses a tensor. If not, the forward pass may release it without passing it on. */
    default boolean takes(String name) {
        return true;
    }

    /** Whether the trace requests a tensor that the forward pass itself does not need, such as {@code attention.11}. */
    default boolean wants(String name) {
        return false;
    }
}
