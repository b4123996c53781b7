package org.unmute.models.vit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Learned scores for the distance between key and query, one per bucket and head. Small distances have one bucket each,
 * larger ones share buckets of growing width; keys before and after the query have separate buckets (T5, WavLM, BEATs).
 * Thread-safe.
 */
public final class RelativePositions implements AttentionBias {
    private static final int MAX_CACHED = 4;
    /** Max number of values in all cached tensors together; the latest is cached whatever its size. */
    private static final long MAX_CACHED_VALUES = 1 << 24;

    private final Tensor table;
    private final int maxDistance;
    /** Cached scores by number of tokens, least recently used first; guarded by itself. */
    private final Map<Integer, Tensor> cached = new LinkedHashMap<>(8, 0.75f, true);

    /**
     * @param table {@code [buckets, heads]} with at least 4 buckets: near and far, before and after
     * @param maxDistance distances from this value on share the last bucket; more than a quarter of the buckets
     * @throws IllegalArgumentException if the table or the distance is out of range
     */
    public RelativePositions(Tensor table, int maxDistance) {
        if (table.rank() != 2) {
            throw new IllegalArgumentException(
                    "relative positions: the table must be [buckets, heads], it is " + table.shape());
        }
        requireRange(table.size(0), maxDistance);
        this.table = table;
        this.maxDistance = maxDistance;
    }

    private static void requireRange(long buckets, int maxDistance) {
        if (buckets < 4 || maxDistance <= buckets / 4) {
            throw new IllegalArgumentException(
                    "relative positions: num_buckets must be at least 4 and max_distance more than a quarter of "
                            + "it, they are " + buckets + " and " + maxDistance);
        }
    }

    /**
     * The bucket of a distance.
     *
     * @param distance key index minus query index
     * @return 0 to {@code buckets - 1}
     */
    public static int bucket(int distance, int buckets, int maxDistance) {
        requireRange(buckets, maxDistance);
        int side = buckets / 2;
        int exact = side / 2;
        int first = distance > 0 ? side : 0;
        int far = Math.abs(distance);
        if (far < exact) {
            return first + far;
        }
        // In float32, as in the original: at exact bucket borders, rounding decides between two buckets.
        float part =
                (float) Math.log((float) far / exact) / (float) Math.log((double) maxDistance / exact) * (side - exact);
        return first + (int) Math.min(side - 1L, exact + (long) part);
    }

    @Override
    public Tensor of(Tensor queries) {
        return scores(queries.shape().dim(-2));
    }

    /** The scores for a number of tokens, {@code [heads, tokens, tokens]}, query before key. */
    public Tensor scores(int tokens) {
        synchronized (cached) {
            Tensor known = cached.get(tokens);
            if (known == null) {
                known = TensorScope.outside(() -> compute(tokens));
                cached.put(tokens, known);
                long values = cached.values().stream()
                        .mapToLong(t -> t.shape().elements())
                        .sum();
                for (var oldest = cached.values().iterator();
                        cached.size() > 1 && (cached.size() > MAX_CACHED || values > MAX_CACHED_VALUES); ) {
                    values -= oldest.next().shape().elements();
                    oldest.remove();
                }
            }
            return known;
        }
    }

    private Tensor compute(int tokens) {
        int buckets = table.shape().dim(0);
        int heads = table.shape().dim(1);
        float[] values = table.toFloats();
        int[] rows = new int[2 * tokens - 1];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = bucket(i - tokens + 1, buckets, maxDistance) * heads;
        }
        float[] all = new float[Math.multiplyExact(heads, Math.multiplyExact(tokens, tokens))];
        float[] byDistance = new float[rows.length];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < rows.length; i++) {
                byDistance[i] = values[rows[i] + h];
            }
            for (int query = 0; query < tokens; query++) {
                System.arraycopy(byDistance, tokens - 1 - query, all, (h * tokens + query) * tokens, tokens);
            }
        }
        return Tensor.of(table.backend(), all, heads, tokens, tokens).freeze();
    }
}
