package org.unmute.models.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The output of an encoder for one recording.
 *
 * @param tokens the token map of the last layer, as {@link Encoder#encode} returns it
 * @param layers the token map after each requested block, in the order of the request, before any final norm; includes
 *     cls
 * @param attention how much the class token of the last block attends to each patch token, {@code [heads, time, freq]},
 *     row-major (paper, Figure 1b); computed separately for each window and joined in time; null if not requested
 */
public record Features(TokenMap tokens, List<TokenMap> layers, float @Nullable [] attention) {
    /** @throws IllegalArgumentException if the sizes of a layer differ from those of the last one */
    public Features {
        layers = List.copyOf(layers);
        for (TokenMap layer : layers) {
            if (!layer.sizes().equals(tokens.sizes())) {
                throw new IllegalArgumentException(
                        "token map: a layer is " + layer.sizes() + ", the last is " + tokens.sizes());
            }
        }
    }

    /** Only a token map, without layers and attention. */
    public Features(TokenMap tokens) {
        this(tokens, List.of(), null);
    }

    /**
     * A range of rows of the tokens and layers, with the same cls tokens and without attention.
     *
     * @param from first row
     * @param to   row after the last
     * @throws IndexOutOfBoundsException if there are no such rows
     */
    public Features rows(int from, int to) {
        return new Features(
                tokens.rows(from, to),
                layers.stream().map(layer -> layer.rows(from, to)).toList(),
                null);
    }

    /**
     * The same features, with sound in the first {@code rows} rows.
     *
     * @throws IllegalArgumentException if there are fewer rows
     */
    Features withSound(int rows) {
        return new Features(
                tokens.withSound(rows),
                layers.stream().map(layer -> layer.withSound(rows)).toList(),
                attention);
    }

    /**
     * The rows that hold sound ({@link TokenMap#soundOnly}), of tokens, layers and attention; this object if no row is
     * padding.
     */
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
     * Outputs to compute besides the token map.
     *
     * @param layers indices of the blocks whose output is requested, from 0
     * @param attention whether the class token's attention is requested
     */
    public record Request(List<Integer> layers, boolean attention) {
        /** The token map only. */
        public static final Request TOKENS = new Request(List.of(), false);

        /** Copies the list. */
        public Request {
            layers = List.copyOf(layers);
        }

        /**
         * Requests the output of all blocks.
         *
         * @param depth number of blocks of the encoder
         * @param attention whether the class token's attention is requested
         */
        public static Request allLayers(int depth, boolean attention) {
            return new Request(IntStream.range(0, depth).boxed().toList(), attention);
        }
    }

    /**
     * Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN.
     * Reads all arrays, as {@link #hashCode} does.
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Features that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {tokens, layers, attention};
    }

    @Override
    public String toString() {
        return "Features[tokens=" + tokens + ", layers=" + layers + ", attention="
                + (attention == null ? "none" : attention.length + " weights") + "]";
    }
}
