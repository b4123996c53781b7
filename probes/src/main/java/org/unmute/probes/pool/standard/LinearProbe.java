package org.unmute.probes.pool.standard;

import java.util.List;
import java.util.Optional;
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
 * <p>No options.
 */
public final class LinearProbe extends PoolingProbe {
    private static final String CLS = "linear";
    private static final String MEAN = "linear-mean";
    static final ProbeType CLS_TYPE = new ProbeType(CLS, List.of(), LinearProbe::new);
    static final ProbeType MEAN_TYPE = new ProbeType(MEAN, List.of(), LinearProbe::new);

    private final boolean onCls;

    private LinearProbe(ParameterSource source) {
        onCls = source.hasCls() && source.name().equals(CLS);
        super(source, source.dim());
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        return onCls ? batch.requireCls(this) : batch.tokens().mean(false, 1);
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
        double[] found = fc.found(clip.tokens(), classIndex);
        return Contributions.ofEqualTokens("All tokens weigh the same.", found, found.length, fc.bias(classIndex));
    }

    @Override
    public Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.of(batch.ofMeanToken());
    }
}
