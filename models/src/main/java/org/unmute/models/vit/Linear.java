package org.unmute.models.vit;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * An affine map over the last axis.
 *
 * @param weight {@code [out, in]}
 * @param bias {@code [out]} or null
 */
public record Linear(Tensor weight, @Nullable Tensor bias) {
    /** Reads {@code weight} and {@code bias} below a name. */
    public static Linear read(Weights weights, String name, long out, long in) {
        return new Linear(weights.linearWeight(name + ".weight", out, in), weights.tensor(name + ".bias", out));
    }

    /** Maps {@code [..., in]} to {@code [..., out]}. */
    public Tensor apply(Tensor x) {
        return x.linear(weight, bias);
    }

    /** {@code activation(apply(x))} */
    public Tensor activated(Tensor x, Unary activation) {
        return x.linear(weight, bias, activation, null);
    }

    /** {@code residual + apply(x)} */
    public Tensor added(Tensor x, Tensor residual) {
        return x.linear(weight, bias, null, residual);
    }
}
