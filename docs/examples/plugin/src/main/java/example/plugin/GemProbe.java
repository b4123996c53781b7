package example.plugin;

import java.util.List;
import java.util.Map;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Initializer;
import org.unmute.probes.pool.ParameterMap;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * Generalized-mean pooling (Radenović et al. 2018): {@code d = (1/N Σ_n max(z_n, 1e-6)^p)^(1/p)} with one learned
 * exponent p, then a linear layer.
 *
 * <p>Option: {@code exponent}, 3: where p starts.
 */
public final class GemProbe extends PoolingProbe {
    static final ProbeType TYPE = new ProbeType("gem", List.of("exponent"), GemProbe::fresh, GemProbe::restored);

    private static final double MIN = 1e-6;
    private static final double MAX_EXPONENT = 100;

    private final double start;
    private final Tensor exponent;

    private GemProbe(String name, ProbeOptions options, Tensor exponent, Classifier fc) {
        super(name, fc, List.of(Map.entry("pool.exponent", exponent)));
        this.start = options.number("exponent", 3, 1, MAX_EXPONENT);
        this.exponent = exponent;
    }

    private static GemProbe fresh(
            String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init) {
        Tensor exponent = init.constant(options.number("exponent", 3, 1, MAX_EXPONENT), 1);
        return new GemProbe(name, options, exponent, Classifier.fresh(init, layout.dim(), classes));
    }

    private static GemProbe restored(String name, boolean hasCls, ProbeOptions options, ParameterMap parameters) {
        return new GemProbe(name, options, parameters.take("pool.exponent", 1), Classifier.of(parameters));
    }

    @Override
    public ProbeOptions options() {
        return ProbeOptions.DEFAULTS.with("exponent", start);
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        return batch.tokens()
                .clamp(MIN, Double.POSITIVE_INFINITY)
                .pow(exponent)
                .mean(false, 1)
                .pow(exponent.unary(Unary.RECIPROCAL));
    }
}
