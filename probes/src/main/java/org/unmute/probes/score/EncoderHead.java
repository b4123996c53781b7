package org.unmute.probes.score;

import java.util.List;
import java.util.Map;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * The head of an encoder in place of a trained probe: the numbers of a token are the logits already, as {@link
 * org.unmute.models.encoder.Encoder#withHead} gives them. A single row has its own logits, several have their mean.
 */
public final class EncoderHead implements FrameWise {
    private final int classes;
    private final Backend backend = Backends.current();

    private EncoderHead(int classes) {
        this.classes = classes;
    }

    /**
     * The head as a probe, on the current backend.
     *
     * @param classes of the head
     * @param key of the encoder with its head
     */
    public static TrainedProbe of(List<String> classes, CacheKey key) {
        return new TrainedProbe(
                new EncoderHead(classes.size()), classes, false, false, null, key.encoderHash(), key.frontEndHash());
    }

    @Override
    public String name() {
        return "head";
    }

    @Override
    public ProbeOptions options() {
        return ProbeOptions.DEFAULTS;
    }

    @Override
    public int dim() {
        return classes;
    }

    @Override
    public int classes() {
        return classes;
    }

    /** None: they are the encoder's. */
    @Override
    public Map<String, Tensor> parameters() {
        return Map.of();
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.tokens().mean(1);
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        return descriptor;
    }

    @Override
    public Tensor frameLogits(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.grid().mean(2);
    }
}
