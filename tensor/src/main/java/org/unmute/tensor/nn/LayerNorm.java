package org.unmute.tensor.nn;

import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;

/**
 * Layer normalization along the last axis: torch's {@code LayerNorm} of one axis.
 *
 * @param weight {@code [n]}
 * @param bias {@code [n]}, or null
 * @param eps added to the variance
 */
public record LayerNorm(Tensor weight, @Nullable Tensor bias, double eps) implements Layer {
    private static final double EPS = 1e-5;

    /** Checks the shapes. */
    public LayerNorm {
        ParameterNames.require("layer norm", weight, 1, bias);
    }

    /** Weights of 1, biases of 0, eps 1e-5. */
    public static LayerNorm of(Initializer init, int n) {
        return new LayerNorm(init.constant(1, n), init.constant(0, n), EPS);
    }

    /** {@code [..., n]} to the same shape. */
    @Override
    public Tensor apply(Tensor x, Mode mode) {
        return x.layerNorm(weight, bias, eps);
    }

    @Override
    public SequencedMap<String, Tensor> parameters() {
        return ParameterNames.map(ParameterNames.WEIGHT, weight, ParameterNames.BIAS, bias);
    }
}
