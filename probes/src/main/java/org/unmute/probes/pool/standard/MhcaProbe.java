package org.unmute.probes.pool.standard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/**
 * Multi-head cross-attention with one learned query, after the authors' {@code AttentivePooling} (paper, section 3;
 * Bird-MAE {@code models/components/attentive_pooling.py}): keys {@code k = W_k z} and values {@code v = W_v z} without
 * bias, weights {@code softmax_n(q_h · k_nh / √(dim / heads))}, and the concatenation of the heads' weighted values as
 * descriptor. There is no query or output projection.
 *
 * <p>Since there is one query, {@code q_h · W_k z = (W_kᵀ q)_h · z} and {@code Σ a_n W_v z_n = W_v Σ a_n z_n}: keys and
 * values are never computed for single tokens. A clip takes {@code tokens · heads · dim} multiplications instead of
 * {@code tokens · dim²}.
 *
 * <p>Options: {@code heads}, 12, or the largest smaller divisor of dim. {@code token-norm}, {@code none}, or {@code
 * batch}: batch normalization of the tokens before pooling, as in the AIM variant in {@code efficient-probing}
 * (poolings/aim.py).
 */
public final class MhcaProbe extends PoolingProbe {
    private static final String NAME = "mhca";

    private static final String HEADS = "heads";
    private static final String TOKEN_NORM = "token-norm";
    static final ProbeType TYPE = new ProbeType(NAME, List.of(HEADS, TOKEN_NORM), MhcaProbe::new);
    private static final int DEFAULT_HEADS = 12;
    private static final double QUERY_DEVIATION = 0.02;

    private final int heads;
    private final Tensor query;
    private final Tensor keyWeight;
    private final Tensor valueWeight;
    private final @Nullable BatchNorm norm;

    private MhcaProbe(ParameterSource source) {
        int dim = source.dim();
        int count = source.integer(HEADS, QueryAttention.largestDivisor(dim, DEFAULT_HEADS), 1, dim);
        if (dim % count != 0) {
            throw new IllegalArgumentException("probe mhca: " + count + " heads do not divide dim " + dim);
        }
        heads = count;
        query = source.normal("cls_token", QUERY_DEVIATION, 1, 1, dim);
        keyWeight = source.linearWeight("k.weight", dim, dim);
        valueWeight = source.linearWeight("v.weight", dim, dim);
        norm = BatchNorm.of(source, TOKEN_NORM, dim);
        super(source, dim);
    }

    @Override
    public Map<String, Tensor> buffers() {
        return norm == null ? Map.of() : norm.buffers();
    }

    /**
     * The weight of each token in each head, summing to 1: {@code [batch, heads, tokens]}.
     */
    @Override
    protected Tensor tokenWeights(TokenBatch batch) {
        return attention(normalized(batch));
    }

    /** {@code [batch, heads, tokens]}, summing to 1 over tokens. */
    private Tensor attention(Tensor tokens) {
        return tokens.linear(tokenQueries(), null)
                .times(scale())
                .transpose(1, 2)
                .softmax(-1);
    }

    /**
     * Tokens: the response of the class to each head's values, weighted by the head's attention and summed over heads.
     */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        int width = dim() / heads;
        Tensor tokens = normalized(clip);
        Tensor ofHeads = fc.row(classIndex).reshape(heads, 1, width).matmul(valueWeight.reshape(heads, width, dim()));
        return QueryAttention.contributions(
                tokens, attention(tokens), ofHeads.squeeze(1), "heads", fc.bias(classIndex));
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        return pooled(normalized(batch));
    }

    @Override
    public Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        if (norm == null) {
            return TokenBatch.pooled(parts, this::descriptor);
        }
        Tensor rows = norm.training(NAME, TokenBatch.pooled(parts, this::rows));
        List<Tensor> pooled = new ArrayList<>();
        long at = 0;
        for (TokenBatch part : parts) {
            long own = part.tokens().size(0) * part.tokens().size(1);
            pooled.add(
                    pooled(rows.slice(0, at, own).reshape(part.tokens().shape().toArray())));
            at += own;
        }
        return pooled.size() == 1 ? pooled.getFirst() : Tensor.concat(0, pooled.toArray(Tensor[]::new));
    }

    private Tensor normalized(TokenBatch batch) {
        batch.requireDimOf(this);
        return norm == null
                ? batch.tokens()
                : norm.scoring(rows(batch)).reshape(batch.tokens().shape().toArray());
    }

    /** {@code [batch * tokens, dim]} */
    private Tensor rows(TokenBatch batch) {
        batch.requireDimOf(this);
        Tensor tokens = batch.tokens();
        return tokens.reshape(Math.multiplyExact(tokens.size(0), tokens.size(1)), dim());
    }

    private Tensor pooled(Tensor tokens) {
        int dim = dim();
        int width = dim / heads;
        long batch = tokens.size(0);
        Tensor queries = tokenQueries().insert(0).expand(batch, heads, dim);
        Tensor pooled = queries.attention(tokens, tokens, null, scale());
        Tensor values = pooled.transpose(0, 1)
                .matmul(valueWeight.reshape(heads, width, dim).transpose(1, 2));
        return values.transpose(0, 1).reshape(batch, dim);
    }

    /** Each head's query projected to the token space, {@code W_kᵀ q}: {@code [heads, dim]}. */
    private Tensor tokenQueries() {
        int dim = dim();
        int width = dim / heads;
        return query.reshape(heads, 1, width)
                .matmul(keyWeight.reshape(heads, width, dim))
                .reshape(heads, dim);
    }

    private double scale() {
        return 1 / Math.sqrt(dim() / (double) heads);
    }
}
