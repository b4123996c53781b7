package org.unmute.probes.pool;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;

/**
 * A linear classifier on every token, pooled afterwards: {@code l_{n,c} = W_c z_n + b_c}, {@code logit_c = max_n l_{n,c}},
 * the first token on ties (paper, section 3; it names the probe only. The maximum is inferred: a mean would equal
 * {@code linear} on mean tokens, from which the paper's figures differ).
 *
 * <p>Option {@code pool}: {@code max}, {@code mean} or {@code logsumexp} ({@code ln Σ_n exp l_{n,c}}).
 */
public final class Linpre implements Probe {
    /** Name of the probe. */
    public static final String NAME = "linpre";

    private static final String POOL = "pool";
    static final List<String> OPTIONS = List.of(POOL);

    private final String pool;
    private final Classifier fc;

    private Linpre(ProbeOptions options, Classifier fc) {
        this.pool = options.choice(POOL, "max", "mean", "logsumexp");
        this.fc = fc;
    }

    static Linpre fresh(String name, Probes.Size size, ProbeOptions options, Init init) {
        return new Linpre(options, Classifier.fresh(init, size.dim(), size.classes()));
    }

    static Linpre of(String name, boolean cls, ProbeOptions options, ParameterMap parameters) {
        return new Linpre(options, Classifier.of(parameters));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ProbeOptions options() {
        return ProbeOptions.DEFAULTS.with(POOL, pool);
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
        fc.addTo(p);
        return Collections.unmodifiableMap(p);
    }

    /** Logits of every token: {@code [batch, tokens, classes]}. */
    public Tensor tokenLogits(TokenBatch batch) {
        Probes.checkDim(this, batch);
        return fc.logits(batch.tokens());
    }

    /** The token with the greatest logit of each class, the first on ties: {@code [batch, classes]}, {@code I32}. */
    public Tensor winners(TokenBatch batch) {
        return Grad.withoutRecording(() -> tokenLogits(batch).max(1).indices());
    }

    /** The logits: the linear layer comes before pooling. */
    @Override
    public Tensor descriptor(TokenBatch batch) {
        return switch (pool) {
            case "mean" -> tokenLogits(batch).mean(false, 1);
            case "logsumexp" -> Functions.logSumExp(tokenLogits(batch), 1);
            default -> greatest(batch);
        };
    }

    /** The bias is the same for all tokens of a class, so it can wait. No token's logits are kept, and only winners get gradients. */
    private Tensor greatest(TokenBatch batch) {
        Probes.checkDim(this, batch);
        return batch.tokens().productExtremes(fc.weight()).values().select(0, 1).plus(fc.bias());
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        return descriptor;
    }

    /** The mean over tokens and the linear layer change places; rounding apart, the logits are the same. */
    @Override
    public Optional<TokenBatch> condensed(TokenBatch batch) {
        return pool.equals("mean") ? Optional.of(batch.ofMeanToken()) : Optional.empty();
    }

    /** Every token's logit of each class: {@code [batch, classes, time, freq]}. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch batch) {
        return Optional.of(Grad.withoutRecording(() -> tokenLogits(batch)).transpose(1, 2)
                .reshape(batch.size(), classes(), batch.time(), batch.freq()));
    }
}
