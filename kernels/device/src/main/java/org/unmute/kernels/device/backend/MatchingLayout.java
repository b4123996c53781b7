package org.unmute.kernels.device.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.backend.View;

/**
 * Sizes, offsets and strides, in elements, of prototype matching: {@code struct Matching} of {@code prototypes.h}, with
 * members in the same order and with the same names. x are the tokens, p the prototypes, gx and gp their gradients,
 * value the values or their gradient.
 */
record MatchingLayout(
        long clips,
        long tokens,
        long prototypes,
        long dim,
        long xOffset,
        long xClip,
        long xToken,
        long xStep,
        long pOffset,
        long pRow,
        long pStep,
        long valueOffset,
        long valueClip,
        long valueStep,
        long winnerOffset,
        long winnerClip,
        long winnerStep,
        long gxOffset,
        long gxClip,
        long gxToken,
        long gxStep,
        long gpOffset,
        long gpRow,
        long gpStep) {
    /**
     * The layout of matching without gradients. The members of the gradients are set to those of the tokens and
     * prototypes.
     */
    static MatchingLayout of(View tokens, View prototypes, View values, View winners) {
        return of(tokens, prototypes, values, winners, tokens, prototypes);
    }

    /**
     * The layout of matching or its gradient.
     *
     * @param tokens {@code [clips, tokens, dim]}
     * @param prototypes {@code [prototypes, dim]}
     * @param values {@code [clips, prototypes]}: values or their gradient
     * @param winners {@code [clips, prototypes]}
     * @param gtokens gradient of the tokens
     * @param gprototypes gradient of the prototypes
     */
    static MatchingLayout of(
            @Nullable View tokens,
            View prototypes,
            View values,
            @Nullable View winners,
            @Nullable View gtokens,
            View gprototypes) {
        return new MatchingLayout(
                tokens.shape().size(0),
                tokens.shape().size(1),
                prototypes.shape().size(0),
                prototypes.shape().size(1),
                tokens.offset(),
                tokens.stride(0),
                tokens.stride(1),
                tokens.stride(2),
                prototypes.offset(),
                prototypes.stride(0),
                prototypes.stride(1),
                values.offset(),
                values.stride(0),
                values.stride(1),
                winners.offset(),
                winners.stride(0),
                winners.stride(1),
                gtokens.offset(),
                gtokens.stride(0),
                gtokens.stride(1),
                gtokens.stride(2),
                gprototypes.offset(),
                gprototypes.stride(0),
                gprototypes.stride(1));
    }

    /** The members of the struct. */
    long[] members() {
        return Arguments.members(
                clips,
                tokens,
                prototypes,
                dim,
                xOffset,
                xClip,
                xToken,
                xStep,
                pOffset,
                pRow,
                pStep,
                valueOffset,
                valueClip,
                valueStep,
                winnerOffset,
                winnerClip,
                winnerStep,
                gxOffset,
                gxClip,
                gxToken,
                gxStep,
                gpOffset,
                gpRow,
                gpStep);
    }
}
