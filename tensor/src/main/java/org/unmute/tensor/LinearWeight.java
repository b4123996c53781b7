package org.unmute.tensor;

import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.ElementSource;

/**
 * Reads weights of linear maps directly into the backend's packed form, so that a model is never in memory twice, even
 * while it is loading.
 */
public final class LinearWeight {
    private LinearWeight() {}

    /**
     * Reads a frozen weight {@code [out, in]} on the current backend ({@link Backends#current()}).
     *
     * @param source its elements, row-major; not read after this method returns
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
