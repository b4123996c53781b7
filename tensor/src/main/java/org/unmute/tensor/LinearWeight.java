package org.unmute.tensor;

import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.ElementSource;

/**
 * Reads weights of linear maps directly into the backend's packed form, so that a model is in memory only once, even
 * while it is loaded.
 */
public final class LinearWeight {
    private LinearWeight() {}

    /**
     * A frozen weight {@code [out, in]} on the current backend ({@link Backends#current()}).
     *
     * @param source its elements, row-major; read before this returns, and not afterwards
     */
    public static Tensor read(ElementSource source, long out, long in) {
        return new Tensor(
                        Backends.current(),
                        TensorScope.linearWeight(Backends.current(), Shape.of(out, in), source),
                        null,
                        false)
                .freeze();
    }
}
