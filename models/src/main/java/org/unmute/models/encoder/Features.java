package org.unmute.models.encoder;

import java.util.List;

/**
 * What an encoder makes of one recording, with what was asked for beside the token map.
 *
 * @param tokens the token map of the last layer, as {@link Encoder#encode} gives it
 * @param layers the token map after each block that was asked for, in that order, before any final norm; cls included
 * @param attention how much the class token of the last block attends to each patch token, {@code [heads, time, freq]},
 *     row-major (paper, Figure 1b); of several windows each for itself, joined in time; null if not asked for
 */
public record Features(TokenMap tokens, List<TokenMap> layers, float[] attention) {
    /** Copies the list. */
    public Features {
        layers = List.copyOf(layers);
    }

    /**
     * What to compute beside the token map.
     *
     * @param layers blocks whose output is wanted, from 0
     * @param attention whether the class token's attention is wanted
     */
    public record Wanted(List<Integer> layers, boolean attention) {
        /** Nothing beside the token map. */
        public static final Wanted TOKENS = new Wanted(List.of(), false);

        /** Copies the list. */
        public Wanted {
            layers = List.copyOf(layers);
        }
    }
}
