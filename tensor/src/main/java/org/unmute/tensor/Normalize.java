package org.unmute.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.op.Op;
import org.unmute.tensor.op.Unary;

/** Normalisations other than {@link Tensor#layerNorm}, composed of ops. Affine parameters may be null. */
public final class Normalize {
    private Normalize() {}

    /**
     * Layer normalisation jointly over the last {@code axes} axes.
     *
     * @param weight in the shape of those axes, or null
     * @param bias likewise
     */
    public static Tensor layer(Tensor x, int axes, @Nullable Tensor weight, Tensor bias, double eps) {
        Shape over = x.shape().tail(x.rank() - axes);
        for (Tensor t : new Tensor[] {weight, bias}) {
            if (t != null && !t.shape().equals(over)) {
                throw new IllegalArgumentException("layerNorm: parameters must be " + over + ": weight is "
                        + Op.shapeOf(weight) + ", bias is " + Op.shapeOf(bias));
            }
        }
        long n = over.elements();
        Tensor rows =
                x.reshape(x.shape().head(x.rank() - axes).concat(Shape.of(n)).toArray());
        return rows.layerNorm(weight == null ? null : weight.reshape(n), bias == null ? null : bias.reshape(n), eps)
                .reshape(x.shape().toArray());
    }

    /** {@code x / √(mean x² + eps) · weight} along the last axis. */
    public static Tensor rms(Tensor x, Tensor weight, double eps) {
        Tensor y = x.times(x.square().meanKeepingAxes(-1).plus(eps).unary(Unary.RSQRT));
        return weight == null ? y : y.times(weight);
    }

    /**
     * Group normalisation: splits the channels of each clip into {@code groups} groups and normalises each as a whole.
     *
     * @param x {@code [batch, channels, ...]}
     * @param weight {@code [channels]} or null
     * @param bias {@code [channels]} or null
     */
    public static Tensor group(Tensor x, int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        if (x.rank() < 2 || groups < 1 || x.size(1) % groups != 0) {
            throw new IllegalArgumentException("groupNorm: " + groups + " groups do not divide the channels of x "
                    + x.shape() + " [batch, channels, ...]");
        }
        long n = x.shape().tail(1).elements() / groups;
        Tensor y = x.reshape(x.size(0), groups, n)
                .layerNorm(null, null, eps)
                .reshape(x.shape().toArray());
        return affine(y, weight, bias);
    }

    /**
     * Batch normalisation with the given statistics, as in evaluation: {@code (x - mean) / √(variance + eps) · weight +
     * bias}.
     *
     * @param x {@code [batch, channels, ...]}
     * @param mean {@code [channels]}, like the other parameters
     */
    public static Tensor batch(
            Tensor x, Tensor mean, Tensor variance, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        Tensor y = x.minus(perChannel(x, mean))
                .times(perChannel(x, variance).plus(eps).unary(Unary.RSQRT));
        return affine(y, weight, bias);
    }

    /** Batch normalisation with the batch's own mean and biased variance, as in training. */
    public static Tensor batch(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        int[] axes = allButChannels(x);
        return batch(x, x.mean(axes), Functions.variance(x, 0, axes), weight, bias, eps);
    }

    /**
     * Running statistics of batch normalisation, for evaluation.
     *
     * @param mean {@code [channels]}
     * @param variance {@code [channels]}
     */
    public record RunningStatistics(Tensor mean, Tensor variance) {
        /**
         * Updated statistics, {@code (1 - momentum) old + momentum batch}, with the unbiased variance of the batch.
         *
         * @param x {@code [batch, channels, ...]}, with at least two numbers per channel
         */
        public RunningStatistics updated(Tensor x, double momentum) {
            return Grad.withoutRecording(() -> {
                int[] axes = allButChannels(x);
                return new RunningStatistics(
                        mean.times(1 - momentum).plus(x.mean(axes).times(momentum)),
                        variance.times(1 - momentum)
                                .plus(Functions.variance(x, 1, axes).times(momentum)));
            });
        }
    }

    /**
     * Weight normalisation: {@code magnitude · direction / ‖direction‖}, with the norm over all other axes.
     *
     * @param magnitude in the shape of {@code direction}, except that all axes but {@code axis} have size 1
     * @param axis the axis along which each position has its own magnitude
     */
    public static Tensor weight(Tensor direction, Tensor magnitude, int axis) {
        int kept = direction.shape().axis(axis);
        int[] others = allBut(direction.rank(), kept);
        Tensor norm = Functions.normKeepingAxes(direction, others);
        if (!magnitude.shape().equals(norm.shape())) {
            throw new IllegalArgumentException(
                    "weightNorm: direction is " + direction.shape() + ", so the magnitude along axis " + axis
                            + " must be " + norm.shape() + ", is " + magnitude.shape());
        }
        return direction.times(magnitude.over(norm));
    }

    private static Tensor affine(Tensor y, @Nullable Tensor weight, @Nullable Tensor bias) {
        Tensor scaled = weight == null ? y : y.times(perChannel(y, weight));
        return bias == null ? scaled : scaled.plus(perChannel(y, bias));
    }

    /** {@code [channels]} as {@code [channels, 1, ...]}, to broadcast against {@code [batch, channels, ...]}. */
    private static Tensor perChannel(Tensor x, Tensor t) {
        if (x.rank() < 2 || !t.shape().equals(Shape.of(x.size(1)))) {
            throw new IllegalArgumentException("norm: x is " + x.shape() + " [batch, channels, ...], a parameter is "
                    + t.shape() + ": it must be [channels]");
        }
        return t.reshape(Shape.ones(x.rank() - 1).with(0, t.size(0)).toArray());
    }

    private static int[] allButChannels(Tensor x) {
        if (x.rank() < 2) {
            throw new IllegalArgumentException("batchNorm: needs [batch, channels, ...], x is " + x.shape());
        }
        return allBut(x.rank(), 1);
    }

    private static int[] allBut(int rank, int axis) {
        int[] axes = new int[rank - 1];
        Arrays.setAll(axes, i -> i < axis ? i : i + 1);
        return axes;
    }
}
