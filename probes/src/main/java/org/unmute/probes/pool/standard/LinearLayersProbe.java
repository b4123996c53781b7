package org.unmute.probes.pool.standard;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Tensor;

/**
 * A linear classifier on one vector a layer of the encoder, {@code W LN(d) + b} with eps 1e-6 (the baselines of the
 * follow-up paper, arXiv 2602.16305; code BAT_ICML2026 models/heads.py). The vector {@code x_l} of layer l is its cls
 * token, or the mean of its patch tokens:
 *
 * <ul>
 * <li>{@code linear-layers}: {@code d = Σ_l α_l x_l} with {@code α = softmax(a)}, one number a layer, {@code dim}
 * features; fresh {@code a} are 0, so that layers weigh the same ({@code LinearCGP} there);
 * <li>{@code head2toe}: {@code d = [x_1 ; … ; x_L]}, {@code L dim} features (Evci et al. 2022). Training adds {@code
 * lasso √C Σ_i ‖W_{·,i}‖} over the features i, C classes: a group lasso, which turns features off for all classes.
 * </ul>
 *
 * <p>Takes batches with {@link TokenBatch#layers()}.
 *
 * <p>Options: {@code layers}: by default what the tokens have; {@code input}, {@code cls}, or {@code mean}, which a
 * layer without cls token has either way; {@code dropout}, 0.2, the share of normalized features that is dropped in
 * training; {@code lasso}, 1e-4, only {@code head2toe}: weight of the added term; {@code rows}, {@code false}, or
 * {@code true}: row by row, on the mean over frequency ({@link RowProbe}).
 */
public final class LinearLayersProbe extends AllLayersProbe {
    private static final String MIXED = "linear-layers";
    private static final String JOINED = "head2toe";

    private static final String INPUT = "input";
    private static final String DROPOUT = "dropout";
    private static final String LASSO = "lasso";
    static final ProbeType MIXED_TYPE = new ProbeType(
                    MIXED, List.of(LAYERS, INPUT, DROPOUT, RowProbe.ROWS), RowProbe.orOfClips(LinearLayersProbe::new))
            .withLayers();
    static final ProbeType JOINED_TYPE = new ProbeType(
                    JOINED,
                    List.of(LAYERS, INPUT, DROPOUT, LASSO, RowProbe.ROWS),
                    RowProbe.orOfClips(LinearLayersProbe::new))
            .withLayers();
    private static final String GATES = "block_attention";
    private static final double EPS = 1e-6;
    private static final double DEFAULT_DROPOUT = 0.2;
    private static final double DEFAULT_LASSO = 1e-4;
    private static final double MAX_LASSO = 1e6;

    private final int layers;
    private final boolean inputIsMean;
    private final double dropout;
    private final double lasso;
    /** One number a layer; null if layers are joined. */
    private final @Nullable Tensor gates;

    private final Tensor gain;
    private final Tensor shift;

    private LinearLayersProbe(ParameterSource source) {
        boolean isMixed = source.name().equals(MIXED);
        int count = known(
                source,
                isMixed
                        ? source.size(LAYERS, ofTokens(source), MAX_LAYERS, GATES, 1, 0)
                        : source.integer(LAYERS, ofTokens(source), 1, MAX_LAYERS));
        layers = count;
        boolean rows = RowProbe.isWanted(source);
        inputIsMean = isMean(source, INPUT, rows);
        dropout = source.number(DROPOUT, DEFAULT_DROPOUT, 0, 1);
        lasso = isMixed ? 0 : source.number(LASSO, DEFAULT_LASSO, 0, MAX_LASSO);
        int features = features(source, isMixed ? 1 : count);
        gates = isMixed ? source.constant(GATES, 0, count) : null;
        gain = source.constant("ln.weight", 1, features);
        shift = source.constant("ln.bias", 0, features);
        super(source, features, source.hasCls() && !rows);
    }

    private static int features(ParameterSource source, int vectors) {
        int features = source.isGiven()
                ? source.givenSize(Classifier.WEIGHT, 2, 1)
                : Math.multiplyExact(vectors, source.layout().dim());
        if (features % vectors != 0) {
            throw new IllegalArgumentException("probe " + source.name() + ": " + vectors
                    + " vectors of one length do not make the " + features + " features of fc.weight");
        }
        return features;
    }

    @Override
    public int dim() {
        return gates != null ? fc.features() : fc.features() / layers;
    }

    @Override
    public int layers() {
        return layers;
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        TokenBatch.Layers all = layers(batch);
        Tensor x = inputIsMean || all.cls() == null ? all.tokens().mean(2) : all.cls();
        Tensor d = gates != null
                ? x.times(gates.softmax(0).reshape(layers, 1, 1)).sum(0)
                : x.transpose(0, 1).reshape(batch.size(), fc.features());
        return d.layerNorm(gain, shift, EPS);
    }

    @Override
    public Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        return Functions.dropout(TokenBatch.pooled(parts, this::descriptor), dropout, random.nextLong());
    }

    /** The group lasso of {@code head2toe}. */
    @Override
    public Optional<Tensor> regularization() {
        return lasso == 0
                ? Optional.empty()
                : Optional.of(Functions.norm(fc.weight(), 0).sum().times(lasso * Math.sqrt(classes())));
    }

    /** Entries of the descriptor. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        return featureTerms(
                "This probe does not decompose over tokens: the normalization mixes them. The list has entries of"
                        + " its descriptor.",
                clip,
                classIndex);
    }
}
