package org.unmute.tensor;

import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.ElementSource;

/**
 * Weights of linear maps that are read at once into the form in which a backend multiplies with them, so that a model
 * lies in memory once even while it is loaded.
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
