package org.unmute.models.vit;

import org.unmute.tensor.Convolution;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.Unary;

/**
 * Positions from a convolution over the sequence of tokens, then GELU (wav2vec 2.0, BEATs). Zeros stand before and after
 * the sequence; of an even kernel the last result is left out, so that there is one for each token.
 *
 * @param weight {@code [dim, dim / groups, kernel]}
 * @param bias {@code [dim]}
 */
public record ConvPositions(Tensor weight, Tensor bias) {
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
        long count = tokens.size(1);
        long width = weight.size(1);
        int kernel = weight.shape().dim(2);
        Tensor x = tokens.transpose(1, 2);
        Tensor[] groups = new Tensor[Math.toIntExact(weight.size(0) / width)];
        for (int g = 0; g < groups.length; g++) {
            // Group by group, since the unfolded tokens are as many times larger as the kernel is wide.
            try (TensorScope scope = new TensorScope()) {
                Tensor y = Convolution.conv1d(x.slice(1, g * width, width), weight.slice(0, g * width, width), null, 1, kernel / 2, 1, 1);
                groups[g] = scope.keep(y).slice(2, 0, count);
            }
        }
        Tensor all = groups.length == 1 ? groups[0] : Tensor.concat(1, groups);
        return all.transpose(1, 2).plus(bias).unary(Unary.GELU);
    }
}
