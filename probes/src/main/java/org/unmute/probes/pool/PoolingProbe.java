package org.unmute.probes.pool;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;

/** A probe with a linear layer on its descriptor, {@code W d + b}. Subclasses implement the pooling of tokens. */
public abstract class PoolingProbe implements Probe {
    /** The linear layer. */
    protected final Classifier fc;

    private final String name;
    private final ProbeOptions options;
    private final Map<String, Tensor> parameters;

    /**
     * @param name of the {@link ProbeType}
     * @param fc the linear layer; its parameters come last
     * @param pooling parameters of the pooling by name, in a fixed order
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
     * @param source must have been asked for all options and all parameters of the pooling, or the probe is rejected;
     *     the parameters of the linear layer come last
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
     * The options that the {@link ParameterSource} was asked for; a subclass need not override this. Without a source
     * there are none, unless a subclass overrides this method and returns every option with its effective value.
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

    /** {@link #tokenWeights} in the shape of the grid. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch batch) {
        Tensor weights = Grad.withoutRecording(() -> tokenWeights(batch));
        return Optional.ofNullable(weights).map(batch::onGrid);
    }

    /**
     * The weight of each token, {@code [batch, prototypes or queries, tokens]}, for {@link #similarityMap}. Null,
     * unless overridden, for probes that do not weight tokens.
     */
    protected @Nullable Tensor tokenWeights(TokenBatch batch) {
        return null;
    }

    @Override
    public final Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        Contributions.check(this, clip, classIndex);
        return Optional.of(Grad.withoutRecording(() -> terms(clip, classIndex)));
    }

    /**
     * {@link #contributions} of a clip that has been checked. Entries of the descriptor, unless a subclass whose
     * pooling is a sum over tokens or prototypes overrides this.
     */
    protected Contributions terms(TokenBatch clip, int classIndex) {
        return featureTerms(
                "This probe does not decompose over tokens. The list has entries of its descriptor.", clip, classIndex);
    }

    /** Contributions of the entries of the descriptor. */
    protected final Contributions featureTerms(String remark, TokenBatch clip, int classIndex) {
        return Contributions.ofFeatures(
                remark, descriptor(clip).toDoubles(), fc.row(classIndex).toDoubles(), fc.bias(classIndex));
    }
}
