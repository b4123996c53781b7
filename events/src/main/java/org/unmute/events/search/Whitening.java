package org.unmute.events.search;

import java.util.List;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Takes off what tokens of some sound have in common: the mean of their column, and the covariance of all. Tokens of
 * ordinary sound then point in all directions alike, and cosines tell what is particular. Immutable and thread-safe.
 */
final class Whitening {
    private final int dim;
    /** {@code [columns, dim]}. */
    private final float[] means;
    /** {@code [dim, dim]}: the inverse of the lower factor of the covariance. */
    private final float[] matrix;

    private Whitening(int dim, float[] means, float[] matrix) {
        this.dim = dim;
        this.means = means;
        this.matrix = matrix;
    }

    /**
     * Of some sound. The covariance is shrunk towards that of equal directions as if {@code dim} more tokens had it, so
     * that little sound is possible.
     *
     * @param sound at least one map, all of the same columns
     */
    static Whitening of(List<TokenMap> sound) {
        int dim = sound.getFirst().dim();
        int freq = sound.getFirst().freq();
        int rows = sound.stream().mapToInt(TokenMap::time).sum();
        double[] sums = new double[freq * dim];
        for (TokenMap map : sound) {
            for (int i = 0; i < map.time() * sums.length; i++) {
                sums[i % sums.length] += map.tokens()[i];
            }
        }
        float[] means = new float[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = (float) (sums[i] / rows);
        }
        int count = rows * freq;
        float[] across = new float[Math.multiplyExact(dim, count)];
        int token = 0;
        for (TokenMap map : sound) {
            for (int i = 0; i < map.time() * freq; i++, token++) {
                for (int d = 0; d < dim; d++) {
                    across[d * count + token] = map.tokens()[i * dim + d] - means[i % freq * dim + d];
                }
            }
        }
        float[] products;
        try (TensorScope _ = new TensorScope()) {
            Tensor x = Tensor.of(across, dim, count);
            products = Grad.withoutRecording(() -> x.linear(x, null).toFloats());
        }
        double trace = 0;
        for (int d = 0; d < dim; d++) {
            trace += products[d * dim + d] / count;
        }
        double equal = Math.max(trace / dim, Float.MIN_NORMAL);
        double[] covariance = new double[dim * dim];
        for (int i = 0; i < covariance.length; i++) {
            covariance[i] = (products[i] + (i % (dim + 1) == 0 ? dim * equal : 0)) / (count + dim);
        }
        return new Whitening(dim, means, inverseFactor(covariance, dim));
    }

    /** The inverse of the lower Cholesky factor of a positive definite matrix, which is overwritten. */
    private static float[] inverseFactor(double[] a, int n) {
        for (int j = 0; j < n; j++) {
            for (int i = j; i < n; i++) {
                double sum = a[i * n + j];
                for (int k = 0; k < j; k++) {
                    sum -= a[i * n + k] * a[j * n + k];
                }
                a[i * n + j] = i == j ? Math.sqrt(Math.max(sum, Double.MIN_NORMAL)) : sum / a[j * n + j];
            }
        }
        // Row i of the inverse is made of the rows before it.
        double[] inverse = new double[n * n];
        for (int i = 0; i < n; i++) {
            inverse[i * n + i] = 1;
            for (int k = 0; k < i; k++) {
                for (int j = 0; j <= k; j++) {
                    inverse[i * n + j] -= a[i * n + k] * inverse[k * n + j];
                }
            }
            for (int j = 0; j <= i; j++) {
                inverse[i * n + j] /= a[i * n + i];
            }
        }
        float[] floats = new float[n * n];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) inverse[i];
        }
        return floats;
    }

    /** Tokens without what they have in common with the sound. */
    TokenMap of(TokenMap map) {
        float[] centred = map.tokens().clone();
        for (int i = 0; i < centred.length; i++) {
            centred[i] -= means[i % means.length];
        }
        try (TensorScope _ = new TensorScope()) {
            Tensor tokens = Tensor.owning(centred, map.count(), dim);
            float[] white = Grad.withoutRecording(
                    () -> tokens.linear(Tensor.of(matrix, dim, dim), null).toFloats());
            return new TokenMap(map.time(), map.freq(), dim, white, null);
        }
    }
}
