package org.unmute.probes.pool.standard;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.tensor.Tensor;

/**
 * Batch normalization without affine parameters, eps 1e-6, momentum 0.1, as the public code of efficient probing
 * applies it before classifiers. Training uses the mean and biased variance of the batch, scoring the running ones.
 *
 * @param mean running mean, {@code [channels]}, buffer {@code bn.running_mean}
 * @param variance running variance, {@code [channels]}, buffer {@code bn.running_var}
 */
record BatchNorm(Tensor mean, Tensor variance) {
    private static final String MEAN = "bn.running_mean";
    private static final String VARIANCE = "bn.running_var";
    private static final double EPS = 1e-6;
    private static final double MOMENTUM = 0.1;

    /** Null unless the option is {@code batch}; its values are {@code none} (the default) and {@code batch}. */
    static @Nullable BatchNorm of(ParameterSource source, String option, int channels) {
        return source.choice(option, "none", "batch").equals("batch")
                ? new BatchNorm(source.buffer(MEAN, 0, channels), source.buffer(VARIANCE, 1, channels))
                : null;
    }

    /** Normalizes {@code [n, channels]} by the running statistics. */
    Tensor scoring(Tensor x) {
        return layer().apply(x);
    }

    /**
     * Normalizes {@code [n, channels]} by their own statistics and updates the running ones.
     *
     * @throws IllegalArgumentException if n is 1
     */
    Tensor training(String probe, Tensor x) {
        if (x.size(0) < 2) {
            throw new IllegalArgumentException("probe " + probe
                    + ": batch normalization in training needs at least 2 clips a batch, got " + x.size(0)
                    + ": choose a batch size that leaves no single clip over");
        }
        return layer().ofBatch(x);
    }

    private org.unmute.tensor.nn.BatchNorm layer() {
        return new org.unmute.tensor.nn.BatchNorm(null, null, mean, variance, EPS, MOMENTUM);
    }

    /** A classifier whose logits for {@code [n, channels]} are those of {@code fc} after {@link #scoring}. */
    Classifier foldInto(Classifier fc) {
        Tensor weight = fc.weight().over(variance.plus(EPS).sqrt());
        return new Classifier(weight, fc.bias().minus(weight.times(mean).sum(1)));
    }

    /** In a fixed order, so that saved files are identical byte for byte. */
    Map<String, Tensor> buffers() {
        Map<String, Tensor> buffers = new LinkedHashMap<>();
        buffers.put(MEAN, mean);
        buffers.put(VARIANCE, variance);
        return Collections.unmodifiableMap(buffers);
    }
}
