package org.unmute.tensor;

import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.op.LayoutOps;
import org.unmute.tensor.op.Op;

/** Checks that apply to the inputs of every op. */
final class InputRules {
    private InputRules() {}

    /**
     * @param backend the backend of the op's first input
     * @throws IllegalArgumentException if the input is on another backend, or has a storage type that the op does not
     *     accept
     * @throws IllegalStateException if a backend was closed
     */
    static void check(Op op, Backend backend, Tensor input) {
        Backend own = input.backend();
        own.requireOpen(op.name());
        if (own != backend) {
            throw new IllegalArgumentException(op.name() + ": inputs are on different backends: " + backend.name()
                    + " and " + own.name() + ": move one with to(backend)");
        }
        if (!input.dtype().isComputable() && !(op instanceof LayoutOps) && !op.acceptsStorageType(input)) {
            throw new IllegalArgumentException(
                    op.name() + ": " + input.dtype() + " is a storage type: cast to F32 first");
        }
    }
}
