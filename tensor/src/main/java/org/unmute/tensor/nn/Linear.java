package org.unmute.tensor.nn;

import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;

/**
 * An affine map of the last axis, {@code x · weightᵀ + bias}: torch's {@code Linear}.
 *
 * @param weight {@code [out, in]}
 * @param bias {@code [out]}, or null
 */
public record Linear(Tensor weight, @Nullable Tensor bias) implements Layer {
    /** Checks the shapes. */
    public Linear {
        ParameterNames.require("linear", weight, 2, bias);
    }

    /** A layer with new parameters, drawn as torch does: uniform within 1/√in. */
    public static Linear of(Initializer init, int in, int out) {
        Tensor weight = init.linearWeight(out, in);
        return new Linear(weight, init.linearBias(out, in));
    }

    /** {@code [..., in]} to {@code [..., out]}. */
    @Override
    public Tensor apply(Tensor x, Mode mode) {
        return x.linear(weight, bias);
    }

    @Override
    public SequencedMap<String, Tensor> parameters() {
        return ParameterNames.map(ParameterNames.WEIGHT, weight, ParameterNames.BIAS, bias);
    }
}
