package org.unmute.probes.pool.standard;

import java.util.Collections;
import java.util.IdentityHashMap;
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

/**
 * SimPoolProbe (paper, section 3; {@code efficient-probing} poolings/simpool.py): the mean token asks which tokens matter.
 * {@code u = mean_n z_n}, {@code q = W_q u}, {@code v_n = LN(z_n)}, {@code k_n = W_k v_n}, {@code a = softmax_n(q · k_n
 * / √dim)}, descriptor {@code Σ a_n v_n}; layer normalisation with eps 1e-6, no biases, no value projection.
 *
 * <p>Since there is one query, {@code q · W_k v = (W_kᵀ q) · v}: keys are never computed for single tokens. Since
 * weights sum to 1, the affine part of LN can wait: with ẑ normalised and {@code v = g ẑ + b}, {@code Σ a_n v_n = g Σ
 * a_n ẑ_n + b}, and {@code (W_kᵀ q) · v_n} is {@code (g W_kᵀ q) · ẑ_n} but for a number that is the same for all
 * tokens. So no token gets a gradient.
 *
 * <p>Options: {@code gamma}, 0 for the plain sum, else the descriptor is the power mean {@code (Σ a_n (v_n - m +
 * 1e-6)^γ)^(1/γ)}; {@code minimum}, where its m is taken: over the {@code clip}, or as in the public code over the
 * whole {@code batch}, which makes a clip's scores depend on the clips beside it; {@code norm}, {@code none}, or {@code
 * batch}: batch normalisation of the descriptor.
 */
public final class SimPoolProbe implements Probe {
    /** Name of the probe. */
    public static final String NAME = "simpool";

    private static final String GAMMA = "gamma";
    private static final String MINIMUM = "minimum";
    static final List<String> OPTIONS = List.of(GAMMA, MINIMUM, DescriptorNorm.OPTION);
    private static final double LAYER_NORM_EPS = 1e-6;
    private static final double POWER_EPS = 1e-6;
    private static final double MOST_GAMMA = 100;

    private final double gamma;
    private final boolean minimumOfClip;
    private final Tensor normWeight;
    private final Tensor normBias;
    private final Tensor queryWeight;
    private final Tensor keyWeight;
    private final DescriptorNorm norm;
    private final Classifier fc;

    private SimPoolProbe(ProbeOptions options, Tensor[] parameters, DescriptorNorm norm, Classifier fc) {
        this.gamma = options.number(GAMMA, 0, 0, MOST_GAMMA);
        this.minimumOfClip = options.choice(MINIMUM, "clip", "batch").equals("clip");
        this.normWeight = parameters[0];
        this.normBias = parameters[1];
        this.queryWeight = parameters[2];
        this.keyWeight = parameters[3];
        this.norm = norm;
        this.fc = fc;
    }

    static SimPoolProbe fresh(String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init) {
        int dim = layout.dim();
        Tensor[] p = {
            init.constant(1, dim), init.constant(0, dim), init.linearWeight(dim, dim), init.linearWeight(dim, dim)
        };
        return new SimPoolProbe(
                options, p, DescriptorNorm.fresh(NAME, options, init, dim), Classifier.fresh(init, dim, classes));
    }

    static SimPoolProbe of(String name, boolean hasCls, ProbeOptions options, ParameterMap parameters) {
        Classifier fc = Classifier.of(parameters);
        long dim = fc.features();
        Tensor[] p = {
            parameters.take("norm_patches.weight", dim),
            parameters.take("norm_patches.bias", dim),
            parameters.take("wq.weight", dim, dim),
            parameters.take("wk.weight", dim, dim)
        };
        return new SimPoolProbe(options, p, DescriptorNorm.of(NAME, options, parameters, fc.features()), fc);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ProbeOptions options() {
        return norm.addTo(ProbeOptions.DEFAULTS.with(GAMMA, gamma).with(MINIMUM, minimumOfClip ? "clip" : "batch"));
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
        p.put("norm_patches.weight", normWeight);
        p.put("norm_patches.bias", normBias);
        p.put("wq.weight", queryWeight);
        p.put("wk.weight", keyWeight);
        fc.addTo(p);
        return Collections.unmodifiableMap(p);
    }

    @Override
    public Map<String, Tensor> buffers() {
        return norm.buffers();
    }

    private Tensor values(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.tokens().layerNorm(normWeight, normBias, LAYER_NORM_EPS);
    }

    /** {@code W_kᵀ W_q u}: {@code [batch, 1, dim]}. */
    private Tensor query(TokenBatch batch) {
        return batch.tokens().mean(true, 1).linear(queryWeight, null).matmul(keyWeight);
    }

    /** The weight of each token: {@code [batch, tokens]}, summing to 1. */
    public Tensor attention(TokenBatch batch) {
        return weights(batch, values(batch)).squeeze(1);
    }

    private Tensor weights(TokenBatch batch, Tensor values) {
        return query(batch)
                .matmul(values.transpose(1, 2))
                .times(1 / Math.sqrt(dim()))
                .softmax(-1);
    }

    /** {@link #attention} on the grid: {@code [batch, 1, time, freq]}. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch batch) {
        return Optional.of(
                Grad.withoutRecording(() -> attention(batch)).reshape(batch.size(), 1, batch.time(), batch.freq()));
    }

    /**
     * Tokens, weighed by attention; with a power mean, which does not add up over tokens, entries of the descriptor.
     */
    @Override
    public Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        Contributions.check(this, clip, classIndex);
        return Optional.of(Grad.withoutRecording(() -> {
            Classifier all = norm.absorbedBy(fc);
            if (gamma > 0) {
                return Contributions.ofFeatures(
                        "This probe does not decompose over tokens: its power mean (gamma=" + gamma
                                + ") is no sum. Shown are entries of its descriptor.",
                        pooled(List.of(clip)).toDoubles(),
                        all.row(classIndex).toDoubles(),
                        all.bias(classIndex));
            }
            return Contributions.ofTokens(
                    "", all.found(values(clip), classIndex), attention(clip).toDoubles(), all.bias(classIndex));
        }));
    }

    private Tensor pooled(List<TokenBatch> parts) {
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
                return powerMean(batch, values, values.times(-1).amax(true, 1, 2));
            });
        }
        Map<TokenBatch, Tensor> values = new IdentityHashMap<>();
        parts.forEach(batch -> values.put(batch, values(batch)));
        Tensor leasts =
                TokenBatch.pooled(parts, batch -> values.get(batch).times(-1).amax(true, 0, 1, 2));
        Tensor least = parts.size() == 1 ? leasts : leasts.amax(true, 0);
        return TokenBatch.pooled(parts, batch -> powerMean(batch, values.get(batch), least));
    }

    /** @param least the negative of what is taken off the values, to broadcast */
    private Tensor powerMean(TokenBatch batch, Tensor values, Tensor least) {
        Tensor powers = values.plus(least).plus(POWER_EPS).pow(gamma);
        return weights(batch, values).matmul(powers).squeeze(1).pow(1 / gamma);
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        return norm.scoring(pooled(List.of(batch)));
    }

    @Override
    public Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        return norm.training(pooled(parts));
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        return fc.logits(descriptor);
    }
}
