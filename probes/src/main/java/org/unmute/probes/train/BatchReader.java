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
    private float[] tokens = {};
    private float[] cls = {};

    /** @param standardization or null */
    BatchReader(Backend backend, TokenSource source, Standardization standardization) {
        this.backend = backend;
        this.source = source;
        this.grid = source.grid();
        this.standardization = standardization;
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
                grid.cls() ? Tensor.of(backend, cls, size, grid.dim()) : null, grid.time(), grid.freq());
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
        return new BatchReader(backend, TokenSource.of(small), null);
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
