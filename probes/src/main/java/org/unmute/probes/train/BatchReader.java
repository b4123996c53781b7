package org.unmute.probes.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/** Reads clips into batches, standardized if asked for. Reuses its arrays; one thread. */
final class BatchReader {
    private final Backend backend;
    private final TokenSource source;
    private final TokenGrid grid;
    private final Standardization standardization;
    private final int layers;
    private float[] tokens = {};
    private float[] cls = {};

    /**
     * A reader for a probe.
     *
     * @param standardization or null
     * @throws IllegalArgumentException if the probe looks at layers that the source lacks, or at layers and there is a
     *     standardization, which is one of the last layer
     */
    static BatchReader of(Probe probe, TokenSource source, Standardization standardization) {
        if (probe.layers() > 0 && probe.layers() != source.layers()) {
            throw new IllegalArgumentException("probe " + probe.name() + ": it looks at the tokens of " + probe.layers()
                    + " layers, the clips have " + (source.layers() == 0 ? "the last layer's only, as a token cache does: "
                    : "those of " + source.layers() + ": ") + "use features with these layers in memory, or a probe of one layer");
        }
        if (probe.layers() > 0 && standardization != null) {
            throw new IllegalArgumentException("probe " + probe.name() + ": tokens of several layers cannot be standardized");
        }
        Backend backend = probe.parameters().values().iterator().next().backend();
        return new BatchReader(backend, source, standardization, probe.layers());
    }

    private BatchReader(Backend backend, TokenSource source, Standardization standardization, int layers) {
        this.backend = backend;
        this.source = source;
        this.grid = source.grid();
        this.standardization = standardization;
        this.layers = layers;
    }

    /** Clips {@code order[from]} to before {@code order[to]}. */
    TokenBatch read(int[] order, int from, int to) throws IOException {
        int size = to - from;
        int values = Math.multiplyExact(grid.tokens(), grid.dim());
        int needed = Math.multiplyExact(size, values);
        if (tokens.length != needed) {
            tokens = new float[needed];
            cls = new float[grid.cls() ? size * grid.dim() : 0];
        }
        for (int i = 0; i < size; i++) {
            source.read(order[from + i], tokens, i * values, cls, i * grid.dim());
        }
        if (standardization != null) {
            standardization.tokens(tokens, 0, size * grid.tokens());
            if (grid.cls()) {
                standardization.cls(cls, 0, size);
            }
        }
        return new TokenBatch(Tensor.of(backend, tokens, size, grid.tokens(), grid.dim()),
                grid.cls() ? Tensor.of(backend, cls, size, grid.dim()) : null, grid.time(), grid.freq(),
                layers == 0 ? null : layers(order, from, to));
    }

    private TokenBatch.Layers layers(int[] order, int from, int to) throws IOException {
        int size = to - from;
        int values = Math.multiplyExact(grid.tokens(), grid.dim());
        float[] all = new float[Math.multiplyExact(Math.multiplyExact(layers, size), values)];
        float[] allCls = new float[grid.cls() ? layers * size * grid.dim() : 0];
        for (int l = 0; l < layers; l++) {
            for (int i = 0; i < size; i++) {
                source.readLayer(order[from + i], l, all, (l * size + i) * values, allCls, (l * size + i) * grid.dim());
            }
        }
        return new TokenBatch.Layers(Tensor.of(backend, all, layers, size, grid.tokens(), grid.dim()),
                grid.cls() ? Tensor.of(backend, allCls, layers, size, grid.dim()) : null);
    }

    /** A reader of smaller clips with the same logits, if the probe has such; else this. */
    BatchReader condensed(Probe probe, int batch) throws IOException {
        List<TokenMap> small = new ArrayList<>();
        int[] order = new int[source.clips()];
        Arrays.setAll(order, i -> i);
        for (int from = 0; from < order.length; from += batch) {
            try (TensorScope _ = new TensorScope()) {
                TokenBatch clips = read(order, from, Math.min(order.length, from + batch));
                Optional<TokenBatch> condensed = Grad.withoutRecording(() -> probe.condensed(clips));
                if (condensed.isEmpty()) {
                    return this;
                }
                small.addAll(condensed.get().maps());
            }
        }
        return new BatchReader(backend, TokenSource.of(small), null, 0);
    }

    /** Mean and deviation of each dimension over all clips. */
    static Standardization standardization(TokenSource source) throws IOException {
        TokenGrid grid = source.grid();
        float[] tokens = new float[Math.multiplyExact(grid.tokens(), grid.dim())];
        float[] cls = new float[grid.dim()];
        Standardization.Statistics ofTokens = new Standardization.Statistics(grid.dim());
        Standardization.Statistics ofCls = new Standardization.Statistics(grid.dim());
        for (int i = 0; i < source.clips(); i++) {
            source.read(i, tokens, 0, cls, 0);
            ofTokens.add(tokens, 0, grid.tokens());
            if (grid.cls()) {
                ofCls.add(cls, 0, 1);
            }
        }
        return new Standardization(ofTokens.mean(), ofTokens.deviation(), grid.cls() ? ofCls.mean() : null,
                grid.cls() ? ofCls.deviation() : null);
    }
}
