package org.unmute.events.search;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.unmute.metrics.Retrieval;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.vector.VectorIndexWriter;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/** How well the mean tokens of clips find clips of the same label: nothing is trained. */
public final class ClipRetrieval {
    private static final int TOGETHER = 256;

    private ClipRetrieval() {}

    /**
     * Ranks clips by the cosine of their mean tokens, without padding.
     *
     * @param clips   ids of clips of the cache
     * @param targets {@code [clips, classes]}: 1 for a label, 0 for none, NaN if it is not known. Not modified.
     * @param k       of the precision at k, at least 1
     * @throws IOException if tokens cannot be read
     */
    public static Retrieval of(List<String> clips, float[] targets, TokenCache cache, int k) throws IOException {
        int count = clips.size();
        int classes = count == 0 ? 0 : targets.length / count;
        float[][] rows = new float[count][];
        float[] vectors = {};
        int dim = 1;
        for (int i = 0; i < count; i++) {
            rows[i] = Arrays.copyOfRange(targets, i * classes, (i + 1) * classes);
            TokenMap map = cache.read(clips.get(i));
            float[] vector = VectorIndexWriter.pooled(map, new int[] {0, map.sound()})[0];
            dim = vector.length;
            vectors = i == 0 ? new float[Math.multiplyExact(count, dim)] : vectors;
            System.arraycopy(vector, 0, vectors, i * dim, dim);
        }
        return Retrieval.of(rows, new Similarities(vectors, dim)::of, k);
    }

    /** Cosines, computed for some queries at a time. */
    private static final class Similarities {
        private final float[] vectors;
        private final int dim;
        private final int count;
        private float[] some = {};
        private int first;

        Similarities(float[] vectors, int dim) {
            this.vectors = vectors;
            this.dim = dim;
            count = vectors.length / dim;
        }

        float[] of(int query) {
            if (query < first || query >= first + some.length / count) {
                first = query;
                int queries = Math.min(TOGETHER, count - query);
                try (TensorScope _ = new TensorScope()) {
                    some = Grad.withoutRecording(() -> {
                        Tensor all = Tensor.of(vectors, count, dim);
                        return all.slice(0, query, queries).linear(all, null).toFloats();
                    });
                }
            }
            return Arrays.copyOfRange(some, (query - first) * count, (query - first + 1) * count);
        }
    }
}
