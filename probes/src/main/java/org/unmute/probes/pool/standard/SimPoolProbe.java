package org.unmute.probes.pool.standard;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/**
 * SimPool (paper, section 3; {@code efficient-probing} poolings/simpool.py): the mean token is the query. {@code u =
 * mean_n z_n}, {@code q = W_q u}, {@code v_n = LN(z_n)}, {@code k_n = W_k v_n}, {@code a = softmax_n(q · k_n /
 * √dim)}, descriptor {@code Σ a_n v_n}; layer normalization with eps 1e-6, no biases, no value projection.
 *
 * <p>Since there is one query, {@code q · W_k v = (W_kᵀ q) · v}: keys are never computed for single tokens. Since
 * weights sum to 1, the affine part of LN can be applied last: with ẑ normalized and {@code v = g ẑ + b}, {@code Σ a_n
 * v_n = g Σ a_n ẑ_n + b}, and {@code (W_kᵀ q) · v_n} is {@code (g W_kᵀ q) · ẑ_n} up to a number that is the same for
 * all tokens. Tokens therefore need no gradient.
 *
 * <p>Options: {@code gamma}, 0 for the plain sum; otherwise the descriptor is the power mean {@code (Σ a_n (v_n - m +
 * 1e-6)^γ)^(1/γ)}; {@code minimum}, where m is taken: over the {@code clip} or, as in the public code, over the whole
 * {@code batch}, which makes the scores of a clip depend on the other clips; {@code norm}, {@code none}, or {@code
 * batch}: batch normalization of the descriptor.
 */
public final class SimPoolProbe extends NormalizedProbe {
    private static final String NAME = "simpool";

    private static final String GAMMA = "gamma";
    private static final String MINIMUM = "minimum";
    static final ProbeType TYPE = new ProbeType(NAME, List.of(GAMMA, MINIMUM, NORM), SimPoolProbe::new);
    private static final double LAYER_NORM_EPS = 1e-6;
    private static final double POWER_EPS = 1e-6;
    private static final double MAX_GAMMA = 100;

    private final double gamma;
    private final boolean minimumOfClip;
    private final Tensor normWeight;
    private final Tensor normBias;
    private final Tensor queryWeight;
    private final Tensor keyWeight;

    private SimPoolProbe(ParameterSource source) {
        int dim = source.dim();
        gamma = source.number(GAMMA, 0, 0, MAX_GAMMA);
        minimumOfClip = source.choice(MINIMUM, "clip", "batch").equals("clip");
        normWeight = source.constant("norm_patches.weight", 1, dim);
        normBias = source.constant("norm_patches.bias", 0, dim);
        queryWeight = source.linearWeight("wq.weight", dim, dim);
        keyWeight = source.linearWeight("wk.weight", dim, dim);
        super(source, dim);
    }

    private Tensor values(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.tokens().layerNorm(normWeight, normBias, LAYER_NORM_EPS);
    }

    /** {@code W_kᵀ W_q u}: {@code [batch, 1, dim]}. */
    private Tensor query(TokenBatch batch) {
        return batch.tokens().meanKeepingAxes(1).linear(queryWeight, null).matmul(keyWeight);
    }

    /** {@code [batch, 1, tokens]}, summing to 1. */
    private Tensor weights(TokenBatch batch, Tensor values) {
        return query(batch)
                .matmul(values.transpose(1, 2))
                .times(1 / Math.sqrt(dim()))
                .softmax(-1);
    }

    /** The weight of each token, summing to 1: {@code [batch, 1, tokens]}. */
    @Override
    protected Tensor tokenWeights(TokenBatch batch) {
        return weights(batch, values(batch));
    }

    /** Tokens, weighted by attention. With a power mean, which is not a sum over tokens, entries of the descriptor. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        Classifier all = foldedClassifier();
        if (gamma > 0) {
            return Contributions.ofFeatures(
                    "This probe does not decompose over tokens: its power mean (gamma=" + gamma
                            + ") is no sum. The list has entries of its descriptor.",
                    pooled(List.of(clip)).toDoubles(),
                    all.row(classIndex).toDoubles(),
                    all.bias(classIndex));
        }
        Tensor values = values(clip);
        return Contributions.ofTokens(
                "", all.found(values, classIndex), weights(clip, values).toDoubles(), all.bias(classIndex));
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    @Override
    Tensor pooled(List<TokenBatch> parts) {
        if (gamma == 0) {
            return TokenBatch.pooled(parts, batch -> {
                batch.requireDimOf(this);
                Tensor normal = batch.tokens().layerNorm(null, null, LAYER_NORM_EPS);
                Tensor mixed = query(batch)
                        .times(normWeight)
                        .attention(normal, normal, null, 1 / Math.sqrt(dim()))
                        .squeeze(1);
                return mixed.times(normWeight).plus(normBias);
            });
        }
        if (minimumOfClip) {
            return TokenBatch.pooled(parts, batch -> {
                Tensor values = values(batch);
                return powerMean(batch, values, values.times(-1).amaxKeepingAxes(1, 2));
            });
        }
        Map<TokenBatch, Tensor> values = new IdentityHashMap<>();
        parts.forEach(batch -> values.put(batch, values(batch)));
        Tensor ofParts =
                TokenBatch.pooled(parts, batch -> values.get(batch).times(-1).amaxKeepingAxes(0, 1, 2));
        Tensor negatedMin = parts.size() == 1 ? ofParts : ofParts.amaxKeepingAxes(0);
        return TokenBatch.pooled(parts, batch -> powerMean(batch, values.get(batch), negatedMin));
    }

    /** @param negatedMin {@code -m}, broadcastable to the shape of the values */
    private Tensor powerMean(TokenBatch batch, @Nullable Tensor values, Tensor negatedMin) {
        Tensor powers = values.plus(negatedMin).plus(POWER_EPS).pow(gamma);
        return weights(batch, values).matmul(powers).squeeze(1).pow(1 / gamma);
    }
}
