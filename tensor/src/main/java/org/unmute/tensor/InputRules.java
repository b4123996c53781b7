package org.unmute.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.op.LayoutOps;
import org.unmute.tensor.op.Op;

/** Checks that apply to the inputs of every op, and to the gradients that an op from outside returns for them. */
final class InputRules {
    private InputRules() {}

    /**
     * The backend of an op: that of its first input.
     *
     * @throws IllegalArgumentException if the op has no inputs
     */
    static Backend backend(Op op, List<Tensor> inputs) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException(
                    op.name() + ": inputs() is empty, and an op runs where its first input is: return at least one");
        }
        return inputs.getFirst().backend();
    }

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

    /**
     * @param gradients what {@code op.backward} returned
     * @throws IllegalArgumentException if there is not one for each input, or one has another shape, type or backend
     */
    static void checkGradients(Op op, @Nullable List<@Nullable Tensor> gradients) {
        List<Tensor> inputs = op.inputs();
        if (gradients == null || gradients.size() != inputs.size()) {
            throw new IllegalArgumentException(op.name() + ": backward must return a gradient for each input: "
                    + (gradients == null ? "null" : gradients.size()) + " for "
                    + inputs.stream().map(InputRules::text).toList()
                    + ": return as many, in the order of inputs(), null for an input that has none");
        }
        for (int i = 0; i < inputs.size(); i++) {
            Tensor x = inputs.get(i);
            Tensor gx = gradients.get(i);
            if (gx == null) {
                continue;
            }
            if (!gx.shape().equals(x.shape()) || gx.dtype() != x.dtype() || gx.backend() != x.backend()) {
                throw new IllegalArgumentException(op.name() + ": gradient " + i + " does not fit its input: it is "
                        + text(gx) + ", the input is " + text(x) + ": "
                        + (x.dtype().isFloating()
                                ? "sum over axes that were broadcast, or cast it"
                                : "return null for an input of integers"));
            }
        }
    }

    private static String text(Tensor t) {
        return t.dtype() + t.shape().toString() + " on " + t.backend().name();
    }
}
