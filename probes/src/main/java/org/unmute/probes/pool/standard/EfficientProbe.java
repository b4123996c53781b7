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

/**
 * Efficient probing (paper, section 3; {@code efficient-probing} poolings/ep.py with one head, no bias): M learned
 * queries meet the raw tokens, {@code a_m = softmax_n(q_m · z_n / √dim)}; values {@code V = W_v z} are cut into M
 * slices of {@code dim / M}; the descriptor is {@code concat_m Σ_n a_{m,n} V_n^{(m)}}.
 *
 * <p>Since weights sum tokens linearly, {@code Σ a_n W_v z_n = W_v Σ a_n z_n}: values are computed once a query, not
 * once a token.
 *
 * <p>Options: {@code queries}, 32; where 32 does not divide dim, the largest number below that does. {@code norm},
 * {@code none}, or {@code batch}: batch normalisation of the descriptor, as the public code always has it.
 */
public final class EfficientProbe implements Probe {
    /** Name of the probe. */
    public static final String NAME = "ep";

    private static final String QUERIES = "queries";
    static final List<String> OPTIONS = List.of(QUERIES, DescriptorNorm.OPTION);
    private static final int DEFAULT_QUERIES = 32;
    private static final double QUERY_DEVIATION = 0.02;

    private final Tensor queries;
    private final Tensor valueWeight;
    private final DescriptorNorm norm;
    private final Classifier fc;

    private EfficientProbe(Tensor queries, Tensor valueWeight, DescriptorNorm norm, Classifier fc) {
        this.queries = queries;
        this.valueWeight = valueWeight;
        this.norm = norm;
        this.fc = fc;
    }

    static EfficientProbe fresh(String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init) {
        int dim = layout.dim();
        int count = options.integer(QUERIES, ProbeOptions.largestDivisor(dim, DEFAULT_QUERIES), 1, dim);
        requireDivides(count, dim);
        Tensor queries = init.normal(QUERY_DEVIATION, 1, count, dim);
        Tensor valueWeight = init.linearWeight(dim, dim);
        return new EfficientProbe(
                queries,
                valueWeight,
                DescriptorNorm.fresh(NAME, options, init, dim),
                Classifier.fresh(init, dim, classes));
    }

    static EfficientProbe of(String name, boolean hasCls, ProbeOptions options, ParameterMap parameters) {
        Classifier fc = Classifier.of(parameters);
        int dim = fc.features();
        Tensor queries = parameters.takeWithRank("cls_token", 3);
        parameters.take("cls_token", 1, queries.size(1), dim);
        options.requireSize(QUERIES, queries.size(1));
        requireDivides(queries.size(1), dim);
        return new EfficientProbe(
                queries,
                parameters.take("v.weight", dim, (long) dim),
                DescriptorNorm.of(NAME, options, parameters, dim),
                fc);
    }

    private static void requireDivides(long queries, int dim) {
        if (queries < 1 || dim % queries != 0) {
            throw new IllegalArgumentException("probe ep: " + queries + " queries do not divide dim " + dim);
        }
    }

    /** Number of queries. */
    public int queries() {
        return queries.shape().dim(1);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ProbeOptions options() {
        return norm.addTo(ProbeOptions.DEFAULTS.with(QUERIES, queries()));
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
        p.put("cls_token", queries);
        p.put("v.weight", valueWeight);
        fc.addTo(p);
        return Collections.unmodifiableMap(p);
    }

    @Override
    public Map<String, Tensor> buffers() {
        return norm.buffers();
    }

    /** The weight of each token for each query: {@code [batch, queries, tokens]}, summing to 1 over tokens. */
    public Tensor attention(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.tokens()
                .linear(queries.squeeze(0), null)
                .times(1 / Math.sqrt(dim()))
                .transpose(1, 2)
                .softmax(-1);
    }

    /** {@link #attention} on the grid: {@code [batch, queries, time, freq]}. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch batch) {
        return Optional.of(Grad.withoutRecording(() -> attention(batch))
                .reshape(batch.size(), queries(), batch.time(), batch.freq()));
    }

    /**
     * Tokens: what each query's slice of the values says for the class, weighed by the query's attention, summed over
     * queries.
     */
    @Override
    public Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        Contributions.check(this, clip, classIndex);
        return Optional.of(Grad.withoutRecording(() -> {
            Classifier all = norm.absorbedBy(fc);
            int width = dim() / queries();
            Tensor ofQueries = all.row(classIndex)
                    .reshape(queries(), 1, width)
                    .matmul(valueWeight.reshape(queries(), width, dim()));
            return AttentionContributions.of(
                    clip.tokens(), attention(clip), ofQueries.squeeze(1), "queries", all.bias(classIndex));
        }));
    }

    private Tensor pooled(TokenBatch batch) {
        batch.requireDimOf(this);
        int count = queries();
        int dim = dim();
        Tensor q = queries.expand(batch.size(), count, dim);
        Tensor mixed = q.attention(batch.tokens(), batch.tokens(), null, 1 / Math.sqrt(dim));
        Tensor slices = valueWeight.reshape(count, dim / count, dim).transpose(1, 2);
        return mixed.transpose(0, 1).matmul(slices).transpose(0, 1).reshape(batch.size(), dim);
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
