package org.unmute.probes.pool.standard;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Initializer;
import org.unmute.probes.pool.ParameterMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * Attention-based multiple-instance pooling (paper, section 3; {@code efficient-probing} poolings/abmilp.py, depth 2):
 * {@code s_n = w₂ᵀ tanh(W₁ z_n + b₁) + b₂}, {@code a = softmax_n(s)}, descriptor {@code Σ a_n z_n}.
 *
 * <p>{@code abmilp-sa} first lets tokens look at each other, as that code does by default on its command line: {@code y
 * = W_o softmax(q kᵀ / √dim) v + b_o} with one head, q, k and v from {@code W_qkv z} without bias, no residual; the
 * weights come from y.
 *
 * <p>Options: {@code norm}, {@code none}, or {@code batch}: batch normalisation of the descriptor. {@code abmilp-sa}
 * only: {@code values}, what the weights sum: the {@code attended} tokens y (that code's "both") or the {@code raw}
 * tokens z ("map").
 */
public final class AbmilpProbe implements Probe {
    /** Without self-attention. */
    public static final String PLAIN = "abmilp";
    /** With self-attention before. */
    public static final String SELF_ATTENTION = "abmilp-sa";

    private static final String VALUES = "values";
    static final List<String> PLAIN_OPTIONS = List.of(DescriptorNorm.OPTION);
    static final List<String> SELF_ATTENTION_OPTIONS = List.of(VALUES, DescriptorNorm.OPTION);
    private static final String HIDDEN = "attention_predictor.0.";
    private static final String OUT = "attention_predictor.2.";
    private static final String QKV = "self_attn.qkv.weight";
    private static final String PROJ = "self_attn.proj.";

    private final String name;
    private final boolean sumsRaw;
    private final Tensor hiddenWeight;
    private final Tensor hiddenBias;
    private final Tensor outWeight;
    private final Tensor outBias;
    private final SelfAttention attend;
    private final DescriptorNorm norm;
    private final Classifier fc;

    /** Self-attention with one head; null without. */
    private record SelfAttention(Tensor qkv, Tensor projWeight, Tensor projBias) {
        static SelfAttention fresh(Initializer init, int dim) {
            return new SelfAttention(
                    init.uniform(1 / Math.sqrt(dim), 3L * dim, dim),
                    init.linearWeight(dim, dim),
                    init.linearBias(dim, dim));
        }

        static SelfAttention of(ParameterMap parameters, long dim) {
            return new SelfAttention(
                    parameters.take(QKV, 3 * dim, dim),
                    parameters.take(PROJ + "weight", dim, dim),
                    parameters.take(PROJ + "bias", dim));
        }

        Tensor apply(Tensor tokens) {
            long dim = tokens.size(2);
            Tensor packed = tokens.linear(qkv, null);
            Tensor mixed = packed.slice(2, 0, dim)
                    .attention(packed.slice(2, dim, dim), packed.slice(2, 2 * dim, dim), null, 1 / Math.sqrt(dim));
            return mixed.linear(projWeight, projBias);
        }
    }

    private AbmilpProbe(
            String name,
            ProbeOptions options,
            Tensor[] predictor,
            SelfAttention attend,
            DescriptorNorm norm,
            Classifier fc) {
        this.name = name;
        this.sumsRaw =
                attend == null || options.choice(VALUES, "attended", "raw").equals("raw");
        this.hiddenWeight = predictor[0];
        this.hiddenBias = predictor[1];
        this.outWeight = predictor[2];
        this.outBias = predictor[3];
        this.attend = attend;
        this.norm = norm;
        this.fc = fc;
    }

    static AbmilpProbe fresh(String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init) {
        int dim = layout.dim();
        Tensor[] predictor = {
            init.linearWeight(dim, dim), init.linearBias(dim, dim), init.linearWeight(1, dim), init.linearBias(1, dim)
        };
        SelfAttention attend = name.equals(SELF_ATTENTION) ? SelfAttention.fresh(init, dim) : null;
        return new AbmilpProbe(
                name,
                options,
                predictor,
                attend,
                DescriptorNorm.fresh(name, options, init, dim),
                Classifier.fresh(init, dim, classes));
    }

    static AbmilpProbe of(String name, boolean hasCls, ProbeOptions options, ParameterMap parameters) {
        Classifier fc = Classifier.of(parameters);
        long dim = fc.features();
        Tensor[] predictor = {
            parameters.take(HIDDEN + "weight", dim, dim),
            parameters.take(HIDDEN + "bias", dim),
            parameters.take(OUT + "weight", 1L, dim),
            parameters.take(OUT + "bias", 1L)
        };
        return new AbmilpProbe(
                name,
                options,
                predictor,
                name.equals(SELF_ATTENTION) ? SelfAttention.of(parameters, dim) : null,
                DescriptorNorm.of(name, options, parameters, fc.features()),
                fc);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ProbeOptions options() {
        ProbeOptions o = norm.addTo(ProbeOptions.DEFAULTS);
        return attend == null ? o : o.with(VALUES, sumsRaw ? "raw" : "attended");
    }

    @Override
    public int dim() {
        return fc.features();
    }

    @Override
    public int classes() {
        return fc.classes();
    }

    @Override
    public Map<String, Tensor> parameters() {
        Map<String, Tensor> p = new LinkedHashMap<>();
        if (attend != null) {
            p.put(QKV, attend.qkv);
            p.put(PROJ + "weight", attend.projWeight);
            p.put(PROJ + "bias", attend.projBias);
        }
        p.put(HIDDEN + "weight", hiddenWeight);
        p.put(HIDDEN + "bias", hiddenBias);
        p.put(OUT + "weight", outWeight);
        p.put(OUT + "bias", outBias);
        fc.addTo(p);
        return Collections.unmodifiableMap(p);
    }

    @Override
    public Map<String, Tensor> buffers() {
        return norm.buffers();
    }

    private Tensor attended(TokenBatch batch) {
        batch.requireDimOf(this);
        return attend == null ? batch.tokens() : attend.apply(batch.tokens());
    }

    /**
     * {@code [batch, tokens, dim]} to {@code [batch, 1, tokens]}. b₂ moves all scores of a clip alike, which the
     * softmax does not see; it is left out so that its gradient is 0 and not rounding noise, which an adaptive
     * optimizer would scale up.
     */
    private Tensor weights(Tensor tokens) {
        return tokens.linear(hiddenWeight, hiddenBias)
                .unary(Unary.TANH)
                .linear(outWeight, null)
                .transpose(1, 2)
                .softmax(-1);
    }

    /** The weight of each token: {@code [batch, tokens]}, summing to 1. */
    public Tensor attention(TokenBatch batch) {
        return weights(attended(batch)).squeeze(1);
    }

    /** {@link #attention} on the grid: {@code [batch, 1, time, freq]}. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch batch) {
        return Optional.of(
                Grad.withoutRecording(() -> attention(batch)).reshape(batch.size(), 1, batch.time(), batch.freq()));
    }

    /** Tokens, weighed by attention. */
    @Override
    public Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        Contributions.check(this, clip, classIndex);
        return Optional.of(Grad.withoutRecording(() -> {
            Classifier all = norm.absorbedBy(fc);
            Tensor attended = attended(clip);
            double[] weights = weights(attended).toDoubles();
            String remark = attend == null
                    ? ""
                    : sumsRaw
                            ? "The weights come from self-attention over all tokens."
                            : "Before it is weighed, a token takes in all others by self-attention: what it adds need"
                                    + " not be heard at its own place.";
            return Contributions.ofTokens(
                    remark, all.found(sumsRaw ? clip.tokens() : attended, classIndex), weights, all.bias(classIndex));
        }));
    }

    private Tensor pooled(TokenBatch batch) {
        Tensor attended = attended(batch);
        return weights(attended).matmul(sumsRaw ? batch.tokens() : attended).squeeze(1);
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        return norm.scoring(pooled(batch));
    }

    @Override
    public Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        return norm.training(TokenBatch.pooled(parts, this::pooled));
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        return fc.logits(descriptor);
    }
}
