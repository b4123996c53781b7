package org.unmute.models.encoder;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What an encoder makes of one recording.
 *
 * @param tokens the token map of the last layer, as {@link Encoder#encode} gives it
 * @param layers the token map after each block that was asked for, in that order, before any final norm; cls included
 * @param attention how much the class token of the last block attends to each patch token, {@code [heads, time, freq]},
 *     row-major (paper, Figure 1b); computed for each window by itself and joined in time; null if not asked for
 */
public record Features(TokenMap tokens, List<TokenMap> layers, float[] attention) {
    /** @throws IllegalArgumentException if a layer has other sizes than the last */
    public Features {
        layers = List.copyOf(layers);
        for (TokenMap layer : layers) {
            if (!layer.sizes().equals(tokens.sizes())) {
                throw new IllegalArgumentException(
                        "token map: a layer is " + layer.sizes() + ", the last is " + tokens.sizes());
            }
        }
    }

    /** A token map alone. */
    public Features(TokenMap tokens) {
        this(tokens, List.of(), null);
    }

    /**
     * Some of the rows of tokens and layers, with the same cls tokens; without attention.
     *
     * @param from the first
     * @param to   the one after the last
     * @throws IndexOutOfBoundsException if there are no such rows
     */
    public Features rows(int from, int to) {
        return new Features(
                tokens.rows(from, to),
                layers.stream().map(layer -> layer.rows(from, to)).toList(),
                null);
    }

    /**
     * The same features, of which this many rows are of sound.
     *
     * @throws IllegalArgumentException if there are not so many rows
     */
    Features withSound(int rows) {
        return new Features(
                tokens.withSound(rows),
                layers.stream().map(layer -> layer.withSound(rows)).toList(),
                attention);
    }

    /** The rows of sound ({@link TokenMap#soundOnly}) of tokens, layers and attention; itself if no row is padding. */
    public Features soundOnly() {
        int sound = tokens.sound();
        if (sound == tokens.time()) {
            return this;
        }
        Features some = rows(0, sound);
        return new Features(some.tokens, some.layers, attention == null ? null : attentionTo(sound));
    }

    private float[] attentionTo(int rows) {
        int all = tokens.count();
        int some = rows * tokens.freq();
        float[] first = new float[attention.length / all * some];
        for (int head = 0; head < attention.length / all; head++) {
            System.arraycopy(attention, head * all, first, head * some, some);
        }
        return first;
    }

    /**
     * What to compute besides the token map.
     *
     * @param layers blocks whose output is asked for, from 0
     * @param attention whether the class token's attention is asked for
     */
    public record Request(List<Integer> layers, boolean attention) {
        /** The token map only. */
        public static final Request TOKENS = new Request(List.of(), false);

        /** Copies the list. */
        public Request {
            layers = List.copyOf(layers);
        }

        /**
         * The output of all blocks.
         *
         * @param depth how many blocks the encoder has
         * @param attention whether the class token's attention is asked for
         */
        public static Request allLayers(int depth, boolean attention) {
            return new Request(IntStream.range(0, depth).boxed().toList(), attention);
        }
    }
}
