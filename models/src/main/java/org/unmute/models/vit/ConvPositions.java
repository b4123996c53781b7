package org.unmute.models.vit;

import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.Unary;

/**
 * Positions from a convolution over the sequence of tokens, then GELU (wav2vec 2.0, BEATs). Zeros stand before and after
 * the sequence; of an even kernel the last result is left out, so that there is one for each token.
 *
 * <p>Computed as a product for every group of channels and every few taps of the kernel: unfolded as a whole, the tokens
 * would be as many times larger as the kernel is wide.
 */
public final class ConvPositions {
    private static final int TAPS = 16;

    private final int width;
    private final int kernel;
    /** By group and by taps: {@code [width, taps · width]}. */
    private final Tensor[][] parts;
    private final Tensor bias;

    /**
     * A convolution with these numbers.
     *
     * @param weight {@code [dim, width, kernel]}, row-major
     * @param width channels of a group; divides {@code dim}
     * @param kernel taps
     * @param bias {@code [dim]}
     * @throws IllegalArgumentException if the sizes do not fit
     */
    public ConvPositions(float[] weight, int width, int kernel, Tensor bias) {
        int dim = bias.shape().dim(0);
        if (width < 1 || kernel < 1 || dim % width != 0 || weight.length != Math.multiplyExact(Math.multiplyExact(dim, width), kernel)) {
            throw new IllegalArgumentException("convolutional positions: " + weight.length + " numbers for " + dim + " channels in groups of "
                    + width + " and " + kernel + " taps");
        }
        this.width = width;
        this.kernel = kernel;
        this.bias = bias;
        parts = new Tensor[dim / width][Math.ceilDiv(kernel, TAPS)];
        for (int group = 0; group < parts.length; group++) {
            for (int part = 0; part < parts[group].length; part++) {
                parts[group][part] = part(weight, group, part * TAPS);
            }
        }
    }

    private Tensor part(float[] weight, int group, int from) {
        int taps = Math.min(TAPS, kernel - from);
        float[] part = new float[width * taps * width];
        for (int out = 0; out < width; out++) {
            for (int in = 0; in < width; in++) {
                for (int k = 0; k < taps; k++) {
                    part[(out * taps + k) * width + in] = weight[((group * width + out) * width + in) * kernel + from + k];
                }
            }
        }
        return Tensor.of(bias.backend(), part, width, (long) taps * width).freeze();
    }

    /**
     * The weight from its direction and its length for each tap of the kernel: {@code g v / |v|}, the norm over the first two
     * axes.
     *
     * @param v {@code [dim, dim / groups, kernel]}, row-major
     * @param g {@code [kernel]}
     * @throws IllegalArgumentException if a tap has no direction
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
                throw new IllegalArgumentException("weight norm: the numbers of tap " + i % kernel + " are all 0, so that they have no direction");
            }
            weight[i] = (float) (g[i % kernel] * (v[i] / Math.sqrt(squares[i % kernel])));
        }
        return weight;
    }

    /** {@code [batch, tokens, dim]} to the same: what is to be added to the tokens. Gradients do not pass. */
    public Tensor apply(Tensor tokens) {
        Tensor padded = tokens.pad(1, kernel / 2, kernel - 1 - kernel / 2, 0);
        Tensor[] groups = new Tensor[parts.length];
        for (int group = 0; group < groups.length; group++) {
            Tensor x = padded.slice(2, (long) group * width, width);
            try (TensorScope scope = new TensorScope()) {
                Tensor sum = null;
                for (int part = 0; part < parts[group].length; part++) {
                    Tensor y = windows(x, part * TAPS, tokens.size(1)).linear(parts[group][part], null);
                    sum = sum == null ? y : sum.plus(y);
                }
                groups[group] = scope.keep(sum);
            }
        }
        return Tensor.concat(2, groups).plus(bias).unary(Unary.GELU);
    }

    /** What some taps see of each token's neighbours, side by side: {@code [batch, tokens, taps · width]}. */
    private Tensor windows(Tensor x, int from, long tokens) {
        Tensor[] shifted = new Tensor[Math.min(TAPS, kernel - from)];
        for (int k = 0; k < shifted.length; k++) {
            shifted[k] = x.slice(1, from + k, tokens);
        }
        return Tensor.concat(2, shifted);
    }
}
