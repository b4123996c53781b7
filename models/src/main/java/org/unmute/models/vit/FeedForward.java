package org.unmute.models.vit;

import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * The two-layer network of a transformer block.
 *
 * @param fc1 {@code dim} to {@code hidden}
 * @param fc2 {@code hidden} to {@code dim}
 * @param activation {@link Unary#GELU} (the exact form) in most encoders
 */
public record FeedForward(Linear fc1, Linear fc2, Unary activation) {
    /** Reads {@code fc1} and {@code fc2} below a name. */
    public static FeedForward read(Weights weights, String name, long dim, long hidden, Unary activation) {
        return new FeedForward(
                Linear.read(weights, name + ".fc1", hidden, dim),
                Linear.read(weights, name + ".fc2", dim, hidden),
                activation);
    }

    /** Maps {@code [..., dim]} to the same shape. */
    public Tensor apply(Tensor x) {
        return fc2.apply(fc1.activated(x, activation));
    }

    /** {@code residual + apply(x)} */
    public Tensor apply(Tensor x, Tensor residual) {
        return fc2.added(fc1.activated(x, activation), residual);
    }
}
