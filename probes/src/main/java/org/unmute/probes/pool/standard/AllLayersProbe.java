package org.unmute.probes.pool.standard;

import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.TokenBatch;

/** A probe that pools the tokens of all layers of the encoder ({@link TokenBatch#layers()}). */
abstract class AllLayersProbe extends PoolingProbe {
    /** Name of the option that states how many layers there are. */
    static final String LAYERS = "layers";

    static final int MAX_LAYERS = 1000;

    private final boolean hasCls;

    /** @param hasCls whether batches come with cls tokens */
    AllLayersProbe(ParameterSource source, int features, boolean hasCls) {
        this.hasCls = hasCls;
        super(source, features);
    }

    /** The number of layers of the tokens that a fresh probe will see, the default of the option; else 0. */
    static int ofTokens(ParameterSource source) {
        return source.isGiven() ? 0 : source.layout().layers();
    }

    /** @throws IllegalArgumentException if the number of layers is 0 */
    static int known(ParameterSource source, int layers) {
        if (layers == 0) {
            throw new IllegalArgumentException("probe " + source.name()
                    + ": it pools the tokens of all layers of the encoder, these are of the last only: embed"
                    + " with layers ('unmute embed --layers'), or give option layers to make it beforehand");
        }
        return layers;
    }

    /**
     * The option that tells whether a clip is its cls token or the mean of its tokens: {@code cls}, the default where
     * there may be such a token, or {@code mean}.
     *
     * @return whether it is the mean
     * @throws IllegalArgumentException if rows are to be pooled by their cls tokens, which they do not have
     */
    static boolean isMean(ParameterSource source, String option, boolean rows) {
        String value = source.choice(option, rows ? "mean" : "cls", rows ? "cls" : "mean");
        if (rows && value.equals("cls")) {
            throw new IllegalArgumentException("probe " + source.name() + ": " + option
                    + "=cls, but a row has no cls token of its own: use " + option + "=mean");
        }
        return value.equals("mean");
    }

    /**
     * The layers of a batch.
     *
     * @throws IllegalArgumentException if the batch has another number of them or of numbers a token, or if it has cls
     *     tokens and this probe does not, or the other way round
     */
    final TokenBatch.Layers layers(TokenBatch batch) {
        batch.requireDimOf(this);
        TokenBatch.Layers layers = batch.layers();
        if (layers == null || layers.count() != layers()) {
            throw new IllegalArgumentException("probe " + name() + ": it was made for tokens of " + layers()
                    + " layers, the batch has "
                    + (layers == null ? "those of the last layer only" : "those of " + layers.count())
                    + ": ask the encoder for its layers too");
        }
        if (hasCls != (layers.cls() != null)) {
            throw new IllegalArgumentException("probe " + name() + ": it was made for tokens "
                    + (hasCls ? "with" : "without") + " cls token, the batch is " + (hasCls ? "without" : "with")
                    + ": use tokens of the encoder it was trained on");
        }
        return layers;
    }
}
