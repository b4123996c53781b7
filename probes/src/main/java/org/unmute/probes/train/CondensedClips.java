package org.unmute.probes.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Grad;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/** Pools clips once for many runs of a probe whose pooling has no parameters. */
public final class CondensedClips {
    private CondensedClips() {}

    /**
     * Smaller clips in memory for which every probe of this type and these options gives the same logits; see {@link
     * Probe#condensed}.
     *
     * @param probe a probe of this type; only its pooling is used
     * @return empty if the probe needs all tokens in every step or reads several layers
     * @throws IOException if a clip cannot be read
     */
    public static Optional<TokenSource> of(Probe probe, TokenSource clips) throws IOException {
        if (probe.layers() > 0) {
            return Optional.empty();
        }
        Backend backend = probe.parameters().values().iterator().next().backend();
        List<TokenMap> small = new ArrayList<>();
        for (int i = 0; i < clips.clips(); i++) {
            TokenGrid grid = clips.grid(i);
            float[] tokens = new float[Math.multiplyExact(grid.tokens(), grid.dim())];
            float[] cls = grid.cls() ? new float[grid.dim()] : null;
            clips.read(i, tokens, 0, cls, 0);
            TokenMap map = new TokenMap(grid.time(), grid.freq(), grid.dim(), tokens, cls);
            try (TensorScope _ = new TensorScope()) {
                Optional<TokenBatch> condensed =
                        Grad.withoutRecording(() -> probe.condensed(TokenBatch.of(backend, List.of(map))));
                if (condensed.isEmpty()) {
                    return Optional.empty();
                }
                small.addAll(condensed.get().maps());
            }
        }
        return Optional.of(TokenSource.of(small));
    }
}
