package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.op.TokenGroups;

/** Prototype matching as composites of {@link Primitives} and {@link RowComposites}. */
public interface PrototypeComposites extends RowComposites {
    /**
     * The maximum cosine of each prototype over a clip's tokens, and the winning token (paper, section 4, equations 2
     * and 3): {@code values[b, j] = maxₙ cos(tokens[b, n], prototypes[j])}. The first token wins ties; NaN beats every
     * number. A fused override never stores the {@code [tokens, prototypes]} similarities. With frames in place of
     * clips, {@code [batch · time, freq, dim]}, this is the maximum over frequency only.
     *
     * @param tokens {@code [batch, tokens, dim]}
     * @param prototypes {@code [prototypes, dim]}
     * @param values {@code [batch, prototypes]}. Modified.
     * @param winners {@code [batch, prototypes]}, {@code I32}. Modified.
     */
    default void prototypeMaxPool(View tokens, View prototypes, View values, View winners) {
        View x = allocate(tokens.dtype(), tokens.shape());
        View p = allocate(tokens.dtype(), prototypes.shape());
        l2Normalize(tokens, x);
        l2Normalize(prototypes, p);
        long n = tokens.shape().size(1);
        View similarities = allocate(tokens.dtype(), values.shape().insert(2, n));
        matmul(p.expand(values.shape().head(1).concat(p.shape())), x.transpose(1, 2), similarities);
        extreme(true, similarities, values, winners);
        View.close(similarities, x, p);
    }

    /**
     * Gradients of {@link #prototypeMaxPool}. Only winning tokens contribute, so the cost is O(batch · prototypes ·
     * dim).
     *
     * @param winners as computed by the forward pass
     * @param gy {@code [batch, prototypes]}
     * @param gtokens {@code [batch, tokens, dim]} or null. Modified.
     * @param gprototypes {@code [prototypes, dim]} or null. Modified.
     */
    default void prototypeMaxPoolBackward(
            View tokens, View prototypes, View winners, View gy, @Nullable View gtokens, @Nullable View gprototypes) {
        CompositePrototypeGradient.compute(this, tokens, prototypes, winners, gy, gtokens, gprototypes);
    }

    /**
     * The minimum and maximum dot product of each prototype with a clip's tokens, and the winning tokens; the first
     * token wins ties, and NaN beats every number. The {@code [tokens, prototypes]} products of a whole batch are never
     * in memory at once.
     *
     * @param tokens {@code [batch, tokens, dim]}
     * @param prototypes {@code [prototypes, dim]}
     * @param values {@code [2, batch, prototypes]}, minimum first. Modified.
     * @param winners {@code [2, batch, prototypes]}, {@code I32}. Modified.
     */
    default void productExtremes(View tokens, View prototypes, View values, View winners) {
        CompositeProductExtremes.forward(this, tokens, prototypes, values, winners);
    }

    /**
     * Gradients of {@link #productExtremes}. Only winning tokens contribute.
     *
     * @param gy {@code [2, batch, prototypes]}
     * @param gtokens {@code [batch, tokens, dim]} or null. Modified.
     * @param gprototypes {@code [prototypes, dim]} or null. Modified.
     */
    default void productExtremesBackward(
            View tokens, View prototypes, View winners, View gy, @Nullable View gtokens, @Nullable View gprototypes) {
        CompositeProductExtremes.backward(this, tokens, prototypes, winners, gy, gtokens, gprototypes);
    }

    /**
     * {@link #prototypeMaxPool} with the signs of the prototypes (paper, equation 1), +1 for 0 of either sign. A
     * prototype with an entry that is not finite gives NaN. A fused override packs the signs, one bit per entry.
     *
     * <p>Even in float32, the winner is the token with the maximum cosine in exact arithmetic, or the first of equal
     * ones, as far as float64 can tell. A winner chosen by rounding would give a different gradient, and training runs
     * on two backends would soon diverge.
     *
     * @param tokens {@code [batch, tokens, dim]}, may be {@code F16} if {@link #supportsF16Tokens()}
     */
    default void binaryPrototypeMaxPool(View tokens, View prototypes, View values, View winners) {
        View signs = CompositePrototypeGradient.signs(this, prototypes);
        prototypeMaxPool(tokens, signs, values, winners);
        signs.buffer().close();
    }

    /** Whether {@link #binaryPrototypeMaxPool} and the gradient of its prototypes accept tokens in {@code F16}. */
    default boolean supportsF16Tokens() {
        return false;
    }

    /** Gradients of {@link #binaryPrototypeMaxPool}, with a straight-through estimator for the prototypes. */
    default void binaryPrototypeMaxPoolBackward(
            View tokens, View prototypes, View winners, View gy, @Nullable View gtokens, @Nullable View gprototypes) {
        View signs = CompositePrototypeGradient.signs(this, prototypes);
        prototypeMaxPoolBackward(tokens, signs, winners, gy, gtokens, gprototypes);
        signs.buffer().close();
    }

    /**
     * {@link #prototypeMaxPool}, or {@link #binaryPrototypeMaxPool}, over groups of tokens: {@code values[g, j]} is the
     * maximum cosine of prototype j over the tokens of group g, with the same bits as if the group were a clip. A fused
     * override computes the cosines of a token once, however many groups it is in.
     *
     * @param tokens {@code [batch, tokens, dim]}; if binary, may be {@code F16} if {@link #supportsF16Tokens()}
     * @param prototypes {@code [prototypes, dim]}
     * @param binary whether prototypes are replaced by their signs
     * @param values {@code [groups, prototypes]}. Modified.
     * @param winners {@code [groups, prototypes]}, {@code I32}: the place of the winning token in its group's list; the
     *     first token wins ties. Modified.
     */
    default void prototypeGroupMaxPool(
            View tokens, View prototypes, boolean binary, TokenGroups groups, View values, View winners) {
        CompositeGroupMaxPool.forward(this, tokens, prototypes, binary, groups, values, winners);
    }

    /**
     * Gradients of {@link #prototypeGroupMaxPool}, with a straight-through estimator if binary. Only winning tokens
     * contribute. A token's groups are added in a fixed order, which need not be that of another backend.
     *
     * @param winners as computed by the forward pass
     * @param gy {@code [groups, prototypes]}
     * @param gtokens {@code [batch, tokens, dim]} or null. Modified.
     * @param gprototypes {@code [prototypes, dim]} or null. Modified.
     */
    default void prototypeGroupMaxPoolBackward(
            View tokens,
            View prototypes,
            boolean binary,
            TokenGroups groups,
            View winners,
            View gy,
            @Nullable View gtokens,
            @Nullable View gprototypes) {
        CompositeGroupMaxPool.backward(this, tokens, prototypes, binary, groups, winners, gy, gtokens, gprototypes);
    }
}
