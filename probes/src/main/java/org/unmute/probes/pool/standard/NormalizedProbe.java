package org.unmute.probes.pool.standard;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/**
 * A probe with optional batch normalization of the descriptor before the classifier, as in its public code: option
 * {@code norm}, {@code none} by default, or {@code batch}.
 */
abstract class NormalizedProbe extends PoolingProbe {
    static final String NORM = "norm";

    /** Null without normalization. */
    private final @Nullable BatchNorm norm;

    NormalizedProbe(ParameterSource source, int features) {
        norm = BatchNorm.of(source, NORM, features);
        super(source, features);
    }

    /**
     * The descriptors before normalization.
     *
     * @return {@code [batch, features]}, starting with the clips of the first part
     */
    abstract Tensor pooled(List<TokenBatch> parts);

    @Override
    public final Map<String, Tensor> buffers() {
        return norm == null ? Map.of() : norm.buffers();
    }

    @Override
    public final Tensor descriptor(TokenBatch batch) {
        Tensor pooled = pooled(List.of(batch));
        return norm == null ? pooled : norm.scoring(pooled);
    }

    @Override
    public final Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        Tensor pooled = pooled(parts);
        return norm == null ? pooled : norm.training(name(), pooled);
    }

    /** A classifier that gives the same logits for descriptors that are not normalized. */
    final Classifier foldedClassifier() {
        return norm == null ? fc : norm.foldInto(fc);
    }
}
