package org.unmute.probes.pool.standard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.ReductionOps;

/**
 * Convex gated probing over all layers of the encoder (the follow-up paper, arXiv 2602.16305, code BAT_ICML2026
 * models/heads.py). With {@code α = softmax(a)}, one number a layer: {@code z̄_n = Σ_l α_l z_{l,n} /
 * ‖z_{l,n}‖}, {@code ō = Σ_l α_l o_l / ‖o_l‖} of the cls tokens, neither normalized again; {@code S = z̄
 * P̂ᵀ} and {@code s_o = ō P̂ᵀ} with prototypes of length 1. The descriptor holds {@code (min_n S_j, s_{o,j},
 * max_n S_j)} for each prototype j in turn, {@code [batch, 3 · prototypes]}, and a dense linear layer classifies it.
 * Without a cls token, a layer's mean token takes its place. Fresh {@code a} are 1, prototypes N(0, 0.02²).
 *
 * <p>Takes batches with {@link TokenBatch#layers()}.
 *
 * <p>Options: {@code total}, 10000: prototypes over all classes, which they do not belong to; {@code layers}: by
 * default what the tokens have; {@code middle}, {@code cls}, or {@code mean}: the mean of a prototype's similarities in
 * place of {@code s_o}; {@code dropout}, 0.2, the share of the descriptor that is dropped in training;
 * {@code rows}, {@code false}, or {@code true}: trained and scored row by row, {@code middle} is {@code mean} then
 * ({@link RowProbe}).
 */
public final class CgpProbe extends AllLayersProbe implements FrameWise {
    private static final String NAME = "cgp";

    private static final String TOTAL = "total";
    private static final String MIDDLE = "middle";
    private static final String DROPOUT = "dropout";
    static final ProbeType TYPE = new ProbeType(
                    NAME, List.of(TOTAL, LAYERS, MIDDLE, DROPOUT, RowProbe.ROWS), RowProbe.orOfClips(CgpProbe::new))
            .withPrototypes()
            .withLayers();
    private static final String GATES = "block_attention";
    private static final String VECTORS = "prototype_vectors";
    private static final int DEFAULT_TOTAL = 10_000;
    private static final int MAX_PROTOTYPES = 1_000_000;
    private static final int FEATURES = 3;
    private static final double DEVIATION = 0.02;
    private static final double DEFAULT_DROPOUT = 0.2;

    private final boolean middleIsMean;
    private final double dropout;
    private final Tensor gates;
    private final Tensor vectors;

    private CgpProbe(ParameterSource source) {
        int layers = known(source, source.size(LAYERS, ofTokens(source), MAX_LAYERS, GATES, 1, 0));
        int total = source.size(TOTAL, DEFAULT_TOTAL, MAX_PROTOTYPES, VECTORS, 2, 0);
        boolean rows = RowProbe.isWanted(source);
        middleIsMean = isMean(source, MIDDLE, rows);
        dropout = source.number(DROPOUT, DEFAULT_DROPOUT, 0, 1);
        gates = source.constant(GATES, 1, layers);
        vectors = source.normal(VECTORS, DEVIATION, total, source.dim(VECTORS, 2, 1));
        super(source, FEATURES * total, source.hasCls() && !rows);
    }

    @Override
    public int dim() {
        return vectors.shape().dim(1);
    }

    @Override
    public int layers() {
        return gates.shape().dim(0);
    }

    private int prototypeCount() {
        return vectors.shape().dim(0);
    }

    /** {@code Σ_l α_l x_l / ‖x_l‖}: {@code [layers, ..., dim]} to {@code [..., dim]}. */
    private Tensor gated(Tensor x) {
        return x.unitSum(gates.softmax(0));
    }

    private Tensor unitPrototypes() {
        return vectors.l2Normalize(-1);
    }

    /** {@code S}: {@code [batch, prototypes, tokens]}. */
    private Tensor similarities(TokenBatch.Layers layers) {
        return gated(layers.tokens()).linear(unitPrototypes(), null).transpose(1, 2);
    }

    /** {@code s_o}: {@code [batch, prototypes]}. */
    private Tensor ofCls(TokenBatch.Layers layers, Tensor prototypes) {
        return gated(layers.cls() != null ? layers.cls() : layers.tokens().mean(2))
                .linear(prototypes, null);
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        TokenBatch.Layers layers = layers(batch);
        Tensor tokens = gated(layers.tokens());
        Tensor prototypes = unitPrototypes();
        // the mean of the products is the product with the mean
        Tensor middle = middleIsMean ? tokens.mean(1).linear(prototypes, null) : ofCls(layers, prototypes);
        Tensor extremes = tokens.productExtremes(prototypes).values();
        return Tensor.stack(-1, extremes.select(0, 0), middle, extremes.select(0, 1))
                .reshape(batch.size(), fc.features());
    }

    @Override
    public Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        return Functions.dropout(TokenBatch.pooled(parts, this::descriptor), dropout, random.nextLong());
    }

    /**
     * The minimum, mean and maximum over frequency of each row's similarities: the mean takes the place of the cls
     * token, which says nothing about time.
     */
    @Override
    public Tensor frameLogits(TokenBatch batch) {
        Tensor s = batch.onGrid(similarities(layers(batch))).transpose(1, 2);
        Tensor features =
                Tensor.stack(-1, s.min(-1).values(), s.mean(3), s.max(-1).values());
        return fc.logits(features.reshape(batch.size(), batch.time(), fc.features()));
    }

    /** {@code S}: {@code [batch, prototypes, tokens]}. */
    @Override
    protected Tensor tokenWeights(TokenBatch batch) {
        return similarities(layers(batch));
    }

    /** The same for some prototypes of one clip, without computing the others. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch clip, int[] which) {
        Contributions.requireOne("similarity map of chosen prototypes", clip);
        return Optional.of(Grad.withoutRecording(() -> {
            Tensor some = unitPrototypes().indexSelect(0, Tensor.of(vectors.backend(), which, which.length));
            return clip.onGrid(gated(layers(clip).tokens()).linear(some, null).transpose(1, 2))
                    .squeeze(0);
        }));
    }

    /** Prototypes, each with three parts: its minimum, middle and maximum similarity; the middle one has no place. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        TokenBatch.Layers layers = layers(clip);
        Tensor s = similarities(layers);
        ReductionOps.Extreme min = s.min(2);
        ReductionOps.Extreme max = s.max(2);
        Tensor middle = middleIsMean ? s.mean(2) : ofCls(layers, unitPrototypes());
        double[] values = Tensor.stack(-1, min.values(), middle, max.values()).toDoubles();
        int[][] tokens = {min.indices().toInts(), null, max.indices().toInts()};
        String[] roles = {", minimum", middleIsMean ? ", mean" : ", cls token", ", maximum"};
        double[] weights = fc.row(classIndex).toDoubles();
        List<Contributions.Part> parts = new ArrayList<>(weights.length);
        for (int i = 0; i < weights.length; i++) {
            int j = i / FEATURES;
            int[] own = tokens[i % FEATURES];
            parts.add(Contributions.Part.product(
                    j, "prototype " + j + roles[i % FEATURES], own == null ? -1 : own[j], values[i], weights[i]));
        }
        return new Contributions(
                Contributions.Kind.PROTOTYPES,
                "Each prototype counts by its minimum, middle and maximum similarity over "
                        + "the layers' mixture of tokens.",
                parts,
                fc.bias(classIndex));
    }
}
