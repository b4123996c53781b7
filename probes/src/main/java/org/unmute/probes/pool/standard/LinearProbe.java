package org.unmute.probes.pool.standard;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * A linear classifier on one vector a clip, {@code W z + b} (paper, section 3). {@code linear} takes the cls token, or
 * the mean of all patch tokens where the model has none; {@code linear-mean} always takes the mean.
 *
 * <p>No options.
 */
public final class LinearProbe implements Probe {
    /** On the cls token where there is one. */
    public static final String CLS = "linear";
    /** On the mean of the tokens. */
    public static final String MEAN = "linear-mean";

    static final List<String> OPTIONS = List.of();

    private final String name;
    private final boolean onCls;
    private final Classifier fc;

    private LinearProbe(String name, boolean onCls, Classifier fc) {
        this.name = name;
        this.onCls = onCls;
        this.fc = fc;
    }

    static LinearProbe fresh(String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init) {
        return new LinearProbe(name, name.equals(CLS) && layout.cls(), Classifier.fresh(init, layout.dim(), classes));
    }

    static LinearProbe of(String name, boolean hasCls, ProbeOptions options, ParameterMap parameters) {
        return new LinearProbe(name, name.equals(CLS) && hasCls, Classifier.of(parameters));
    }

    /** Whether it looks at the cls token, else at the mean of the tokens. */
    public boolean isOnCls() {
        return onCls;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ProbeOptions options() {
        return ProbeOptions.DEFAULTS;
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

    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        return onCls ? batch.requireCls(this) : batch.tokens().mean(false, 1);
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        return fc.logits(descriptor);
    }

    /** Tokens, each with weight 1/N; on the cls token, its entries. */
    @Override
    public Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        Contributions.check(this, clip, classIndex);
        return Optional.of(Grad.withoutRecording(() -> {
            if (onCls) {
                return Contributions.ofFeatures(
                        "This probe sees the cls token only, which stands for the whole clip: its score has no "
                                + "place in time or frequency.",
                        descriptor(clip).toDoubles(),
                        fc.row(classIndex).toDoubles(),
                        fc.bias(classIndex));
            }
            double[] found = fc.found(clip.tokens(), classIndex);
            double[] weights = new double[found.length];
            Arrays.fill(weights, 1.0 / found.length);
            return Contributions.ofTokens("All tokens weigh the same.", found, weights, fc.bias(classIndex));
        }));
    }

    @Override
    public Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.of(batch.ofMeanToken());
    }
}
