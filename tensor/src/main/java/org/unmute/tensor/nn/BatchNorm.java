package org.unmute.tensor.nn;

import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Normalize;
import org.unmute.tensor.Tensor;

/**
 * Batch normalization of {@code [batch, channels, ...]}: torch's {@code BatchNorm1d} and {@code BatchNorm2d}. Training
 * uses the mean and biased variance of the batch and updates the running ones, evaluation uses the running ones.
 *
 * @param weight {@code [channels]}, or null for 1
 * @param bias {@code [channels]}, or null for 0
 * @param mean running mean, {@code [channels]}, buffer {@code running_mean}
 * @param variance running unbiased variance, {@code [channels]}, buffer {@code running_var}
 * @param eps added to the variance
 * @param momentum share of the batch in the running statistics
 */
public record BatchNorm(
        @Nullable Tensor weight, @Nullable Tensor bias, Tensor mean, Tensor variance, double eps, double momentum)
        implements Layer {
    private static final double EPS = 1e-5;
    private static final double MOMENTUM = 0.1;

    /** Weights of 1, biases of 0, eps 1e-5, momentum 0.1. */
    public static BatchNorm of(Initializer init, int channels) {
        return new BatchNorm(
                init.constant(1, channels),
                init.constant(0, channels),
                init.constant(0, channels).detach(),
                init.constant(1, channels).detach(),
                EPS,
                MOMENTUM);
    }

    /**
     * {@code [batch, channels, ...]} to the same shape.
     *
     * @throws IllegalArgumentException in training, if there is only one number a channel
     */
    @Override
    public Tensor apply(Tensor x, Mode mode) {
        return mode.isTraining() ? ofBatch(x) : Normalize.batch(x, mean, variance, weight, bias, eps);
    }

    /**
     * Normalizes by the statistics of the batch and updates the running ones, as in training.
     *
     * @throws IllegalArgumentException if there is only one number a channel
     */
    public Tensor ofBatch(Tensor x) {
        Grad.withoutRecording(() -> {
            Normalize.RunningStatistics next =
                    new Normalize.RunningStatistics(mean, variance).updated(x.detach(), momentum);
            mean.assign(next.mean());
            variance.assign(next.variance());
            return null;
        });
        return Normalize.batch(x, weight, bias, eps);
    }

    @Override
    public SequencedMap<String, Tensor> parameters() {
        return ParameterNames.map(ParameterNames.WEIGHT, weight, ParameterNames.BIAS, bias);
    }

    @Override
    public SequencedMap<String, Tensor> buffers() {
        return ParameterNames.map("running_mean", mean, "running_var", variance);
    }
}
