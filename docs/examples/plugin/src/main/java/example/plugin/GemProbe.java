package example.plugin;

import java.util.List;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.standard.RowProbe;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * Generalized-mean pooling (Radenović et al. 2018): {@code d = (1/N Σ_n max(z_n, 1e-6)^p)^(1/p)} with one learned
 * exponent p, then a linear layer.
 *
 * <p>Options: {@code exponent}, 3: where p starts; {@code rows}, of {@link RowProbe}.
 */
public final class GemProbe extends PoolingProbe {
    static final ProbeType TYPE =
            new ProbeType("gem", List.of("exponent", RowProbe.ROWS), RowProbe.orOfClips(GemProbe::new));

    private static final double MIN = 1e-6;
    private static final double MAX_EXPONENT = 100;

    private final Tensor exponent;

    private GemProbe(ParameterSource source) {
        double start = source.number("exponent", 3, 1, MAX_EXPONENT);
        exponent = source.constant("pool.exponent", start, 1);
        super(source, source.dim());
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.tokens()
                .clamp(MIN, Double.POSITIVE_INFINITY)
                .pow(exponent)
                .mean(1)
                .pow(exponent.unary(Unary.RECIPROCAL));
    }
}
