package org.unmute.probes.pool.standard;

import java.util.List;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/**
 * Efficient probing (paper, section 3; {@code efficient-probing} poolings/ep.py with one head, no bias): M learned
 * queries attend to the raw tokens, {@code a_m = softmax_n(q_m · z_n / √dim)}; values {@code V = W_v z} are cut into
 * M slices of {@code dim / M}; the descriptor is {@code concat_m Σ_n a_{m,n} V_n^{(m)}}.
 *
 * <p>Since the weighted sum is linear, {@code Σ a_n W_v z_n = W_v Σ a_n z_n}: values are computed once per query
 * instead of once per token.
 *
 * <p>Options: {@code queries}, 32, or the largest smaller divisor of dim. {@code norm}, {@code none}, or {@code batch}:
 * batch normalization of the descriptor, which the public code always applies.
 */
public final class EfficientProbe extends NormalizedProbe {
    private static final String NAME = "ep";

    private static final String QUERIES = "queries";
    static final ProbeType TYPE = new ProbeType(NAME, List.of(QUERIES, NORM), EfficientProbe::new);
    private static final String TOKENS = "cls_token";
    private static final int DEFAULT_QUERIES = 32;
    private static final double QUERY_DEVIATION = 0.02;

    private final Tensor queries;
    private final Tensor valueWeight;

    private EfficientProbe(ParameterSource source) {
        int dim = source.dim();
        int count = source.size(QUERIES, QueryAttention.largestDivisor(dim, DEFAULT_QUERIES), dim, TOKENS, 3, 1);
        if (dim % count != 0) {
            throw new IllegalArgumentException("probe ep: " + count + " queries do not divide dim " + dim);
        }
        queries = source.normal(TOKENS, QUERY_DEVIATION, 1, count, dim);
        valueWeight = source.linearWeight("v.weight", dim, dim);
        super(source, dim);
    }

    private int queryCount() {
        return queries.shape().dim(1);
    }

    /** The weight of each token for each query, summing to 1 over tokens: {@code [batch, queries, tokens]}. */
    @Override
    protected Tensor tokenWeights(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.tokens()
                .linear(queries.squeeze(0), null)
                .times(1 / Math.sqrt(dim()))
                .transpose(1, 2)
                .softmax(-1);
    }

    /**
     * Tokens: the response of the class to each query's slice of the values, weighted by the query's attention and
     * summed over queries.
     */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        Classifier all = foldedClassifier();
        int width = dim() / queryCount();
        Tensor ofQueries = all.row(classIndex)
                .reshape(queryCount(), 1, width)
                .matmul(valueWeight.reshape(queryCount(), width, dim()));
        return QueryAttention.contributions(
                clip.tokens(), tokenWeights(clip), ofQueries.squeeze(1), "queries", all.bias(classIndex));
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    @Override
    Tensor pooled(List<TokenBatch> parts) {
        return TokenBatch.pooled(parts, batch -> {
            batch.requireDimOf(this);
            int count = queryCount();
            int dim = dim();
            Tensor q = queries.expand(batch.size(), count, dim);
            Tensor mixed = q.attention(batch.tokens(), batch.tokens(), null, 1 / Math.sqrt(dim));
            Tensor slices = valueWeight.reshape(count, dim / count, dim).transpose(1, 2);
            return mixed.transpose(0, 1).matmul(slices).transpose(0, 1).reshape(batch.size(), dim);
        });
    }
}
