package org.unmute.probes.pool.standard;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/**
 * Attention-based multiple-instance pooling (paper, section 3; {@code efficient-probing} poolings/abmilp.py, depth 2):
 * {@code s_n = w₂ᵀ tanh(W₁ z_n + b₁) + b₂}, {@code a = softmax_n(s)}, descriptor {@code Σ a_n z_n}.
 *
 * <p>{@code abmilp-sa} first lets tokens attend to each other, which is the default on the command line of that code:
 * {@code y = W_o softmax(q kᵀ / √dim) v + b_o} with one head, q, k and v from {@code W_qkv z} without bias, no
 * residual. The weights are computed from y.
 *
 * <p>Options: {@code norm}, {@code none}, or {@code batch}: batch normalization of the descriptor. {@code abmilp-sa}
 * only: {@code values}, the tokens that are summed: the {@code attended} tokens y ("both" in that code) or the {@code
 * raw} tokens z ("map").
 */
public final class AbmilpProbe extends NormalizedProbe {
    private static final String PLAIN = "abmilp";
    private static final String SELF_ATTENTION = "abmilp-sa";

    private static final String VALUES = "values";
    static final ProbeType PLAIN_TYPE = new ProbeType(PLAIN, List.of(NORM), AbmilpProbe::new);
    static final ProbeType SELF_ATTENTION_TYPE = new ProbeType(SELF_ATTENTION, List.of(VALUES, NORM), AbmilpProbe::new);

    private final boolean sumsRaw;
    private final Predictor predictor;
    /** Null without self-attention. */
    private final @Nullable SelfAttention selfAttention;

    /** The two layers that compute the score of each token. */
    private record Predictor(Tensor hiddenWeight, Tensor hiddenBias, Tensor outWeight, Tensor outBias) {
        private static final String HIDDEN = "attention_predictor.0.";
        private static final String OUT = "attention_predictor.2.";

        static Predictor of(ParameterSource source, int dim) {
            return new Predictor(
                    source.linearWeight(HIDDEN + "weight", dim, dim),
                    source.linearBias(HIDDEN + "bias", dim, dim),
                    source.linearWeight(OUT + "weight", 1, dim),
                    source.linearBias(OUT + "bias", 1, dim));
        }

        /**
         * Maps {@code [batch, tokens, dim]} to {@code [batch, 1, tokens]}, summing to 1. The softmax is invariant to
         * b₂, which shifts all scores of a clip alike. It is left out so that its gradient is 0 instead of rounding
         * noise, which an adaptive optimizer would scale up.
         */
        Tensor weights(Tensor tokens) {
            return tokens.linear(hiddenWeight, hiddenBias)
                    .tanh()
                    .linear(outWeight, null)
                    .transpose(1, 2)
                    .softmax(-1);
        }
    }

    /** Self-attention with one head. */
    private record SelfAttention(Tensor qkv, Tensor projWeight, Tensor projBias) {
        private static final String QKV = "self_attn.qkv.weight";
        private static final String PROJ = "self_attn.proj.";

        static SelfAttention of(ParameterSource source, int dim) {
            return new SelfAttention(
                    source.linearWeight(QKV, Math.multiplyExact(3, dim), dim),
                    source.linearWeight(PROJ + "weight", dim, dim),
                    source.linearBias(PROJ + "bias", dim, dim));
        }

        Tensor apply(Tensor tokens) {
            long dim = tokens.size(2);
            Tensor packed = tokens.linear(qkv, null);
            Tensor mixed = packed.slice(2, 0, dim)
                    .attention(packed.slice(2, dim, dim), packed.slice(2, 2 * dim, dim), null, 1 / Math.sqrt(dim));
            return mixed.linear(projWeight, projBias);
        }
    }

    private AbmilpProbe(ParameterSource source) {
        int dim = source.dim();
        boolean attends = source.name().equals(SELF_ATTENTION);
        if (attends) {
            source.list(SelfAttention.QKV, SelfAttention.PROJ + "weight", SelfAttention.PROJ + "bias");
        }
        predictor = Predictor.of(source, dim);
        selfAttention = attends ? SelfAttention.of(source, dim) : null;
        sumsRaw = !attends || source.choice(VALUES, "attended", "raw").equals("raw");
        super(source, dim);
    }

    private Tensor attended(TokenBatch batch) {
        batch.requireDimOf(this);
        return selfAttention == null ? batch.tokens() : selfAttention.apply(batch.tokens());
    }

    /** The weight of each token, summing to 1: {@code [batch, 1, tokens]}. */
    @Override
    protected Tensor tokenWeights(TokenBatch batch) {
        return predictor.weights(attended(batch));
    }

    /** Tokens, weighted by attention. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        Classifier all = foldedClassifier();
        Tensor attended = attended(clip);
        double[] weights = predictor.weights(attended).toDoubles();
        String remark = selfAttention == null
                ? ""
                : sumsRaw
                        ? "The weights come from self-attention over all tokens."
                        : "Before it is weighed, a token takes in all others by self-attention: what it adds need"
                                + " not be heard at its own place.";
        return Contributions.ofTokens(
                remark, all.found(sumsRaw ? clip.tokens() : attended, classIndex), weights, all.bias(classIndex));
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    @Override
    Tensor pooled(List<TokenBatch> parts) {
        return TokenBatch.pooled(parts, batch -> {
            Tensor attended = attended(batch);
            return predictor
                    .weights(attended)
                    .matmul(sumsRaw ? batch.tokens() : attended)
                    .squeeze(1);
        });
    }
}
