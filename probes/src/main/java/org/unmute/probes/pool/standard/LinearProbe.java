package org.unmute.probes.pool.standard;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/**
 * A linear classifier on one vector a clip, {@code W z + b} (paper, section 3). {@code linear} takes the cls token, or
 * the mean of all patch tokens where the encoder has none; {@code linear-mean} always takes the mean.
 *
 * <p>Options: {@code norm}, {@code none}, or {@code layer}: layer normalization of the vector first, eps 1e-6, as the
 * linear probes of BAT_ICML2026; {@code rows}, {@code false}, or {@code true}: row by row, on the mean over frequency
 * ({@link RowProbe}).
 */
public final class LinearProbe extends PoolingProbe {
    private static final String CLS = "linear";
    private static final String MEAN = "linear-mean";
    private static final String NORM = "norm";
    private static final List<String> OPTIONS = List.of(NORM, RowProbe.ROWS);
    static final ProbeType CLS_TYPE = new ProbeType(CLS, OPTIONS, RowProbe.orOfClips(LinearProbe::new));
    static final ProbeType MEAN_TYPE = new ProbeType(MEAN, OPTIONS, RowProbe.orOfClips(LinearProbe::new));
    private static final double EPS = 1e-6;

    private final boolean onCls;
    /** Gain and bias of the layer normalization; null without. */
    private final @Nullable Tensor gain;

    private final @Nullable Tensor shift;

    private LinearProbe(ParameterSource source) {
        onCls = !RowProbe.isWanted(source) && source.hasCls() && source.name().equals(CLS);
        boolean normalizes = source.addition(NORM, "none", "layer").equals("layer");
        gain = normalizes ? source.constant("ln.weight", 1, source.dim()) : null;
        shift = normalizes ? source.constant("ln.bias", 0, source.dim()) : null;
        super(source, source.dim());
    }

    @Override
    public boolean readsCls() {
        return onCls;
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        Tensor z = onCls ? batch.requireCls(this) : batch.tokens().mean(1);
        return gain == null ? z : z.layerNorm(gain, shift, EPS);
    }

    /** Tokens, each with weight 1/N; on the cls token, its entries. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        if (onCls) {
            return featureTerms(
                    "This probe sees the cls token only, which stands for the whole clip: its score has no "
                            + "place in time or frequency.",
                    clip,
                    classIndex);
        }
        if (gain != null) {
            return featureTerms(
                    "This probe does not decompose over tokens: the normalization mixes them. The list has entries of"
                            + " its descriptor.",
                    clip,
                    classIndex);
        }
        double[] found = fc.found(clip.tokens(), classIndex);
        return Contributions.ofEqualTokens("All tokens weigh the same.", found, found.length, fc.bias(classIndex));
    }

    @Override
    public Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.of(batch.ofMeanToken());
    }

    /** Unless there is a normalization, whose gain and bias are trained. */
    @Override
    public boolean isLinear() {
        return gain == null;
    }

    @Override
    public Tensor linearInput(TokenBatch batch) {
        return descriptor(batch);
    }
}
