package org.unmute.models.vit;

import java.util.Arrays;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.op.Unary;

/**
 * Positions computed by a convolution over the sequence of tokens, followed by GELU (wav2vec 2.0, BEATs). The sequence
 * is padded with zeros; with an even kernel the last result is dropped, so that each token has one.
 */
public final class ConvPositions {
    /**
     * Weights of consecutive groups, {@code [groups, width, kernel, width]}: a single tensor on a device, else one per
     * group, so that a backend may pack it.
     */
    private final Tensor[] weights;

    private final Tensor bias;

    /**
     * Creates a convolution with these weights.
     *
     * @param weight {@code [dim, width, kernel]}, row-major
     * @param width channels per group; divides {@code dim}
     * @param kernel number of taps
     * @param bias {@code [dim]}
     * @throws IllegalArgumentException if the sizes do not fit
     */
    public ConvPositions(float[] weight, int width, int kernel, Tensor bias) {
        int dim = bias.shape().dim(0);
        if (width < 1
                || kernel < 1
                || dim % width != 0
                || weight.length != Math.multiplyExact(Math.multiplyExact(dim, width), kernel)) {
            throw new IllegalArgumentException("convolutional positions: " + weight.length + " weights for " + dim
                    + " channels in groups of " + width + " and " + kernel + " taps");
        }
        this.bias = bias;
        int groups = dim / width;
        float[] turned = tapsFirst(weight, width, kernel);
        weights = new Tensor[bias.backend().isDevice() ? 1 : groups];
        int each = turned.length / weights.length;
        for (int i = 0; i < weights.length; i++) {
            float[] own = Arrays.copyOfRange(turned, i * each, (i + 1) * each);
            weights[i] = Tensor.of(bias.backend(), own, groups / weights.length, width, kernel, width)
                    .freeze();
        }
    }

    /** Transposes {@code [dim, width, kernel]} to {@code [dim, kernel, width]}. */
    private static float[] tapsFirst(float[] weight, int width, int kernel) {
        float[] turned = new float[weight.length];
        for (int i = 0; i < weight.length; i++) {
            int out = i / (width * kernel);
            turned[(out * kernel + i % kernel) * width + i / kernel % width] = weight[i];
        }
        return turned;
    }

    /**
     * Weight normalization for each tap of the kernel: {@code g v / |v|}, with the norm over the first two axes.
     *
     * @param v {@code [dim, dim / groups, kernel]}, row-major
     * @param g {@code [kernel]}
     * @throws IllegalArgumentException if the norm of a tap is 0
     */
    public static float[] normalized(float[] v, float[] g) {
        int kernel = g.length;
        double[] squares = new double[kernel];
        for (int i = 0; i < v.length; i++) {
            squares[i % kernel] += (double) v[i] * v[i];
        }
        float[] weight = new float[v.length];
        for (int i = 0; i < v.length; i++) {
            if (!(squares[i % kernel] > 0)) {
                throw new IllegalArgumentException(
                        "weight norm: tap " + i % kernel + " is all zeros, so it cannot be normalized");
            }
            weight[i] = (float) (g[i % kernel] * (v[i] / Math.sqrt(squares[i % kernel])));
        }
        return weight;
    }

    /**
     * Maps {@code [batch, tokens, dim]} to the same shape, to be added to the tokens. Where gradients are recorded, the
     * convolution consists of ops; otherwise the backend computes it in one step.
     */
    public Tensor apply(Tensor tokens) {
        Backend backend = bias.backend();
        if (tokens.requiresGradient()) {
            return recorded(tokens);
        }
        long channels = bias.size(0) / weights.length;
        return Tensor.compute(backend, tokens.dtype(), tokens.shape(), out -> {
            for (int i = 0; i < weights.length; i++) {
                backend.convolveTokens(
                        tokens.view().slice(2, i * channels, channels, 1),
                        weights[i].view(),
                        bias.view().slice(0, i * channels, channels, 1),
                        Unary.GELU,
                        out.slice(2, i * channels, channels, 1));
            }
        });
    }

    private Tensor recorded(Tensor tokens) {
        Tensor[] own = new Tensor[weights.length];
        for (int i = 0; i < own.length; i++) {
            Tensor w = weights[i]; // [groups, width of a result, kernel, width]
            own[i] = w.transpose(2, 3).reshape(w.size(0) * w.size(1), w.size(3), w.size(2));
        }
        Tensor weight = own.length == 1 ? own[0] : Tensor.concat(0, own);
        int kernel = weight.shape().dim(2);
        int groups = Math.toIntExact(weight.size(0) / weight.size(1));
        Tensor y = Convolution.conv1d(tokens.transpose(1, 2), weight, bias, 1, kernel / 2, 1, groups);
        return y.slice(2, 0, tokens.size(1)).transpose(1, 2).gelu();
    }
}
