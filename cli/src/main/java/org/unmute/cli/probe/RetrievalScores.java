package org.unmute.cli.probe;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.Units;
import org.unmute.metrics.Retrieval;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.vector.VectorIndexWriter;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * How well the mean tokens of clips find clips of the same label.
 *
 * @param clips number of clips
 * @param retrieval the scores
 */
public record RetrievalScores(int clips, Retrieval retrieval) {
    private static final int TOGETHER = 256;

    /**
     * Ranks clips by the cosine of their mean tokens, without padding.
     *
     * @param truth clips of the cache
     * @param k of the precision at k
     */
    public static RetrievalScores of(Manifest truth, TokenCache cache, int k) throws IOException {
        List<LabelledClip> clips = truth.clips();
        int classes = truth.labels().size();
        float[] flat = truth.targets();
        float[][] targets = new float[clips.size()][];
        float[] vectors = null;
        int dim = 0;
        for (int i = 0; i < targets.length; i++) {
            targets[i] = Arrays.copyOfRange(flat, i * classes, (i + 1) * classes);
            TokenMap map = cache.read(clips.get(i).file());
            float[] vector = VectorIndexWriter.pooled(map, new int[] {0, map.sound()})[0];
            dim = vector.length;
            vectors = vectors == null ? new float[Math.multiplyExact(targets.length, dim)] : vectors;
            System.arraycopy(vector, 0, vectors, i * dim, dim);
        }
        Similarities similarities = new Similarities(vectors, dim);
        return new RetrievalScores(targets.length, Retrieval.of(targets, similarities::of, k));
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

    /** Prints the scores. */
    public void print(PrintWriter o) {
        ConsoleTable table = new ConsoleTable("ranking", "mAP", "precision at " + retrieval.k());
        table.row("clips that share a label", retrieval.meanAveragePrecision(), retrieval.precisionAtK());
        table.row("class by class", retrieval.classMeanAveragePrecision(), retrieval.classPrecisionAtK());
        table.decimals(4).print(o);
        o.println();
        o.println(Units.count(retrieval.queries(), "clip") + " of " + clips
                + " have another clip with a label of theirs; " + retrieval.classes()
                + " classes have two clips or more");
    }
}
