package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/**
 * Layer normalization over the last axis, with the biased variance.
 *
 * @param weight {@code [dim]}
 * @param bias {@code [dim]}
 * @param eps added to the variance
 */
public record LayerNorm(Tensor weight, Tensor bias, double eps) {
    /** Reads {@code weight} and {@code bias} below a name. */
    public static LayerNorm read(Weights weights, String name, long dim, double eps) {
        return new LayerNorm(weights.tensor(name + ".weight", dim), weights.tensor(name + ".bias", dim), eps);
    }

    /** Maps {@code [..., dim]} to the same shape. */
    public Tensor apply(Tensor x) {
        return x.layerNorm(weight, bias, eps);
    }
}
