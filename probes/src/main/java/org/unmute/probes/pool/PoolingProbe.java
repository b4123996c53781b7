package org.unmute.probes.pool;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;

/** A probe whose descriptor a linear layer classifies, {@code W d + b}. A subclass says how tokens are pooled. */
public abstract class PoolingProbe implements Probe {
    /** The linear layer. */
    protected final Classifier fc;

    private final String name;
    private final ProbeOptions options;
    private final Map<String, Tensor> parameters;

    /**
     * @param name of the {@link ProbeType}
     * @param fc the linear layer; its parameters come last
     * @param pooling the parameters of the pooling by name, in a fixed order
     */
    protected PoolingProbe(String name, Classifier fc, List<Map.Entry<String, Tensor>> pooling) {
        this(name, ProbeOptions.DEFAULTS, fc, pooling);
    }

    private PoolingProbe(String name, ProbeOptions options, Classifier fc, List<Map.Entry<String, Tensor>> pooling) {
        this.name = name;
        this.options = options;
        this.fc = fc;
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> p : pooling) {
            all.put(p.getKey(), p.getValue());
        }
        fc.addTo(all);
        this.parameters = Collections.unmodifiableMap(all);
    }

    /**
     * @param source has been asked for all options and all parameters of the pooling, or the probe is refused; the
     *     linear layer's come last
     * @param features length of the descriptor
     */
    protected PoolingProbe(ParameterSource source, int features) {
        this(
                source.name(),
                source.inForce(),
                source.classifier(features),
                List.copyOf(source.parameters().entrySet()));
    }

    @Override
    public final String name() {
        return name;
    }

    /**
     * The options that a {@link ParameterSource} was asked for, which a subclass leaves as they are. Without a source
     * there are none unless this is overridden, which then states every option with its value in force.
     */
    @Override
    public ProbeOptions options() {
        return options;
    }

    /** The length of the descriptor, unless overridden. */
    @Override
    public int dim() {
        return fc.features();
    }

    @Override
    public final int classes() {
        return fc.classes();
    }

    @Override
    public final Map<String, Tensor> parameters() {
        return parameters;
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        return fc.logits(descriptor);
    }

    /** {@link #tokenWeights} on the grid. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch batch) {
        Tensor weights = Grad.withoutRecording(() -> tokenWeights(batch));
        return Optional.ofNullable(weights).map(batch::onGrid);
    }

    /**
     * How much each token counts, {@code [batch, prototypes or queries, tokens]}, for {@link #similarityMap}; null,
     * unless overridden, for a probe that does not weight tokens.
     */
    protected Tensor tokenWeights(TokenBatch batch) {
        return null;
    }

    @Override
    public final Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        Contributions.check(this, clip, classIndex);
        return Optional.of(Grad.withoutRecording(() -> terms(clip, classIndex)));
    }

    /**
     * {@link #contributions} of a clip that fits. Entries of the descriptor, unless a subclass whose pooling is a sum
     * over tokens or prototypes says more.
     */
    protected Contributions terms(TokenBatch clip, int classIndex) {
        return featureTerms(
                "This probe does not decompose over tokens. The list has entries of its descriptor.", clip, classIndex);
    }

    /** Entries of the descriptor. */
    protected final Contributions featureTerms(String remark, TokenBatch clip, int classIndex) {
        return Contributions.ofFeatures(
                remark, descriptor(clip).toDoubles(), fc.row(classIndex).toDoubles(), fc.bias(classIndex));
    }
}
