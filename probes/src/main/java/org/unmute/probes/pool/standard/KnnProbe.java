package org.unmute.probes.pool.standard;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.Remembering;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/**
 * The nearest training clips: the score of a class is the weighted share of the {@code k} clips with it, by the cosine
 * of mean tokens. Of a class that is not known in some clips, the nearest clips in which it is known count. The weight
 * of a clip is {@code exp(cosine / temperature)} (Wu et al. 2018, Caron et al. 2021), or the same for all.
 *
 * <p>Options: {@code k}, 20; {@code weights}, {@code softmax}, or {@code equal}; {@code temperature}, 0.07; {@code
 * keep}, 50000, the most clips that are kept.
 *
 * <p>Shares are kept {@value #LEAST} away from 0 and 1, where logits are infinite.
 */
public final class KnnProbe implements Remembering {
    static final ProbeType TYPE =
            new ProbeType("knn", List.of("k", "weights", "temperature", "keep"), KnnProbe::new).withNeighbours();

    private static final String VECTORS = "vectors";
    private static final String TARGETS = "targets";
    private static final String SINGLE_LABEL = "single_label";
    private static final int MOST_NEIGHBOURS = 10_000;
    private static final int MOST_CLIPS = 1_000_000;
    private static final float UNKNOWN = -1;
    private static final double LEAST = 1e-6;
    /** Cosines that are held at once. */
    private static final int TOGETHER = 1 << 23;

    private final String name;
    private final ProbeOptions options;
    private final int k;
    private final boolean weighted;
    private final double temperature;
    private final int capacity;
    private volatile Kept kept;

    /**
     * The clips that are kept.
     *
     * @param vectors     of length 1, {@code [clips, dim]}
     * @param targets     {@code [clips, classes]}; {@value #UNKNOWN} where it is not known
     * @param values      the same
     * @param complete    whether all are known
     * @param singleLabel {@code [1]}, 1 if scores are a softmax
     */
    private record Kept(Tensor vectors, Tensor targets, float[] values, boolean complete, Tensor singleLabel) {
        static Kept of(Tensor vectors, Tensor targets, Tensor singleLabel) {
            float[] values = targets.toFloats();
            boolean complete = true;
            for (float v : values) {
                if (v != UNKNOWN && !(v >= 0 && v <= 1)) {
                    throw new IllegalArgumentException("probe knn: " + TARGETS + " must be in [0, 1], or " + UNKNOWN
                            + " where it is not known: " + v);
                }
                complete &= v != UNKNOWN;
            }
            return new Kept(vectors, targets, values, complete, singleLabel);
        }

        int clips() {
            return vectors.shape().dim(0);
        }

        int classes() {
            return targets.shape().dim(1);
        }
    }

    private KnnProbe(ParameterSource source) {
        name = source.name();
        k = source.integer("k", 20, 1, MOST_NEIGHBOURS);
        weighted = source.choice("weights", "softmax", "equal").equals("softmax");
        temperature = source.number("temperature", 0.07, 1e-3, 1e3);
        capacity = source.integer("keep", 50_000, 1, MOST_CLIPS);
        int clips = source.isGiven() ? source.givenSize(VECTORS, 2, 0) : 1;
        int classes = source.isGiven() ? source.givenSize(TARGETS, 2, 1) : source.classes();
        // A fresh probe has one clip without known labels, so that its scores are one half.
        kept = Kept.of(
                source.buffer(VECTORS, 0, clips, source.dim(VECTORS, 2, 1)),
                source.buffer(TARGETS, UNKNOWN, clips, classes),
                source.buffer(SINGLE_LABEL, 0, 1));
        options = source.inForce();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ProbeOptions options() {
        return options;
    }

    @Override
    public int dim() {
        return kept.vectors.shape().dim(1);
    }

    @Override
    public int classes() {
        return kept.classes();
    }

    @Override
    public int capacity() {
        return capacity;
    }

    /** None. */
    @Override
    public Map<String, Tensor> parameters() {
        return Map.of();
    }

    @Override
    public Backend backend() {
        return kept.vectors.backend();
    }

    @Override
    public Map<String, Tensor> buffers() {
        Kept now = kept;
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put(VECTORS, now.vectors);
        all.put(TARGETS, now.targets);
        all.put(SINGLE_LABEL, now.singleLabel);
        return all;
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    /** The mean token, of length 1. */
    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        Tensor mean = batch.tokens().mean(1);
        return mean.over(Functions.normKeepingAxes(mean, 1).clamp(Functions.COSINE_FLOOR, Double.POSITIVE_INFINITY));
    }

    @Override
    public Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.of(batch.ofMeanToken());
    }

    @Override
    public void remember(float[] descriptors, float[] targets, boolean singleLabel) {
        int classes = classes();
        int clips = targets.length / classes;
        if (clips < 1
                || clips > capacity
                || targets.length != clips * classes
                || descriptors.length != (long) clips * dim()) {
            throw new IllegalArgumentException("probe " + name + ": cannot keep " + descriptors.length + " values and "
                    + targets.length + " targets: it takes 1 to " + capacity + " clips with " + dim() + " values and "
                    + classes + " targets each");
        }
        float[] known = targets.clone();
        for (int i = 0; i < known.length; i++) {
            known[i] = Float.isNaN(known[i]) ? UNKNOWN : known[i];
        }
        Backend backend = backend();
        kept = TensorScope.outside(() -> Kept.of(
                Tensor.of(backend, descriptors.clone(), clips, dim()),
                Tensor.of(backend, known, clips, classes),
                Tensor.of(backend, new float[] {singleLabel ? 1 : 0}, 1)));
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        return logits(descriptor, null);
    }

    @Override
    public Tensor logitsOfKept(int[] clips) {
        Tensor vectors = kept.vectors;
        return logits(vectors.indexSelect(0, Tensor.of(vectors.backend(), clips, clips.length)), clips);
    }

    /** @param left a clip that is left out for each row, or null */
    private Tensor logits(Tensor descriptor, int @Nullable [] left) {
        Kept now = kept;
        int rows = descriptor.shape().dim(0);
        boolean softmax = now.singleLabel.toFloats()[0] != 0;
        float[] logits = new float[Math.multiplyExact(rows, now.classes())];
        int together = Math.max(1, TOGETHER / now.clips());
        for (int from = 0; from < rows; from += together) {
            int some = Math.min(together, rows - from);
            int first = from;
            float[] cosines;
            try (TensorScope _ = new TensorScope()) {
                cosines = descriptor
                        .detach()
                        .slice(0, first, some)
                        .linear(now.vectors, null)
                        .toFloats();
            }
            IntStream.range(0, some).parallel().forEach(i -> {
                Neighbours all =
                        new Neighbours(cosines, i * now.clips(), now.clips(), left == null ? -1 : left[first + i], k);
                for (int c = 0; c < now.classes(); c++) {
                    logits[(first + i) * now.classes() + c] = logit(share(now, all, c), softmax);
                }
            });
        }
        return Tensor.of(descriptor.backend(), logits, rows, now.classes());
    }

    private double share(Kept now, Neighbours all, int classIndex) {
        int[] nearest = now.complete
                ? all.nearest()
                : all.nearest(clip -> now.values[clip * now.classes() + classIndex] != UNKNOWN);
        double sum = 0;
        double found = 0;
        for (int clip : nearest) {
            double weight = weighted ? Math.exp((all.cosine(clip) - all.cosine(nearest[0])) / temperature) : 1;
            sum += weight;
            found += weight * now.values[clip * now.classes() + classIndex];
        }
        return sum == 0 ? 0.5 : found / sum;
    }

    private static float logit(double share, boolean softmax) {
        double s = Math.clamp(share, LEAST, 1 - LEAST);
        return (float) (softmax ? Math.log(s) : Math.log(s) - Math.log1p(-s));
    }
}
