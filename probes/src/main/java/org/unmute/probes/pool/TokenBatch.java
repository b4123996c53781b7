package org.unmute.probes.pool;

import java.util.List;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;

/**
 * Token maps of several clips as a probe takes them.
 *
 * @param tokens {@code [batch, time * freq, dim]}, token n = t * freq + f
 * @param cls {@code [batch, dim]}, or null where the model has no class token
 * @param time grid rows
 * @param freq grid columns
 */
public record TokenBatch(Tensor tokens, Tensor cls, int time, int freq) {
    /** @throws IllegalArgumentException if the shapes do not fit each other or the grid */
    public TokenBatch {
        if (tokens.rank() != 3 || time < 1 || freq < 1 || tokens.size(1) != (long) time * freq) {
            throw new IllegalArgumentException("token batch: needs tokens [batch, time * freq, dim]: tokens are "
                    + tokens.shape() + ", the grid is " + time + " x " + freq);
        }
        if (cls != null && (cls.rank() != 2 || cls.size(0) != tokens.size(0) || cls.size(1) != tokens.size(2))) {
            throw new IllegalArgumentException("token batch: cls must be [batch, dim]: cls is " + cls.shape()
                    + ", tokens are " + tokens.shape());
        }
    }

    /**
     * Token maps of one grid as a batch in float32.
     *
     * @throws IllegalArgumentException if the list is empty or the maps differ in grid, dim or having a cls token
     */
    public static TokenBatch of(Backend backend, List<TokenMap> maps) {
        if (maps.isEmpty()) {
            throw new IllegalArgumentException("token batch: no token maps");
        }
        TokenMap first = maps.getFirst();
        int values = first.tokens().length;
        float[] tokens = new float[Math.multiplyExact(maps.size(), values)];
        float[] cls = first.cls() == null ? null : new float[Math.multiplyExact(maps.size(), first.dim())];
        for (int i = 0; i < maps.size(); i++) {
            TokenMap m = maps.get(i);
            if (m.time() != first.time() || m.freq() != first.freq() || m.dim() != first.dim()
                    || (m.cls() == null) != (cls == null)) {
                throw new IllegalArgumentException("token batch: map " + i + " is [" + m.time() + ", " + m.freq() + ", "
                        + m.dim() + "]" + (m.cls() == null ? " without cls" : " with cls") + ", the first is ["
                        + first.time() + ", " + first.freq() + ", " + first.dim() + "]"
                        + (cls == null ? " without cls" : " with cls") + ": batch equal ones only");
            }
            System.arraycopy(m.tokens(), 0, tokens, i * values, values);
            if (cls != null) {
                System.arraycopy(m.cls(), 0, cls, i * m.dim(), m.dim());
            }
        }
        return new TokenBatch(Tensor.of(backend, tokens, maps.size(), first.count(), first.dim()),
                cls == null ? null : Tensor.of(backend, cls, maps.size(), first.dim()), first.time(), first.freq());
    }

    /** Number of clips. */
    public int size() {
        return Math.toIntExact(tokens.size(0));
    }

    /** Numbers a token. */
    public int dim() {
        return Math.toIntExact(tokens.size(2));
    }
}
