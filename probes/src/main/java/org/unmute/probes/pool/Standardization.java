package org.unmute.probes.pool;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.TokenMap;

/**
 * Shifts and scales each dimension of the tokens to mean 0 and deviation 1 over the training clips. Cls tokens have
 * separate statistics. A constant dimension is only shifted.
 *
 * @param tokenMean {@code [dim]}
 * @param tokenDeviation {@code [dim]}, biased
 * @param clsMean {@code [dim]}, or null without cls tokens
 * @param clsDeviation {@code [dim]}, or null without cls tokens
 */
public record Standardization(
        float[] tokenMean, float[] tokenDeviation, float @Nullable [] clsMean, float @Nullable [] clsDeviation) {
    /** @throws IllegalArgumentException if the lengths differ, a number is not finite, or a deviation is not above 0 */
    public Standardization {
        boolean cls = clsMean != null;
        if (tokenMean.length != tokenDeviation.length
                || cls != (clsDeviation != null)
                || cls && (clsMean.length != tokenMean.length || clsDeviation.length != tokenMean.length)) {
            throw new IllegalArgumentException("standardization: lengths differ: means have " + tokenMean.length
                    + " numbers, deviations " + tokenDeviation.length + (cls ? ", cls means " + clsMean.length : ""));
        }
        requireUsable(tokenMean, tokenDeviation);
        if (cls) {
            requireUsable(clsMean, clsDeviation);
        }
    }

    private static void requireUsable(float[] mean, float[] deviation) {
        for (int i = 0; i < mean.length; i++) {
            if (!Float.isFinite(mean[i]) || !(deviation[i] > 0) || Float.isInfinite(deviation[i])) {
                throw new IllegalArgumentException("standardization: dimension " + i + " has mean " + mean[i]
                        + " and deviation " + deviation[i] + ": the tokens hold NaN or infinite numbers");
            }
        }
    }

    /** Values per token. */
    public int dim() {
        return tokenMean.length;
    }

    /** Standardizes {@code count} tokens from index {@code at} on, in place. */
    public void tokens(float[] values, int at, int count) {
        apply(values, at, count, tokenMean, tokenDeviation);
    }

    /** Standardizes {@code count} cls tokens from index {@code at} on, in place. */
    public void cls(float[] values, int at, int count) {
        apply(values, at, count, clsMean, clsDeviation);
    }

    private static void apply(
            float[] values, int at, int count, float @Nullable [] mean, float @Nullable [] deviation) {
        for (int n = 0; n < count; n++) {
            int row = at + n * mean.length; // a single induction variable, so that C2 vectorizes the loop
            for (int d = 0; d < mean.length; d++) {
                values[row + d] = (values[row + d] - mean[d]) / deviation[d];
            }
        }
    }

    /** A standardized copy. */
    public TokenMap of(TokenMap map) {
        if (map.dim() != dim() || (map.cls() == null) != (clsMean == null)) {
            throw new IllegalArgumentException("standardization: of dim " + dim()
                    + (clsMean == null ? " without cls" : " with cls") + ", the token map has dim " + map.dim()
                    + (map.cls() == null ? " without cls" : " with cls"));
        }
        float[] tokens = map.tokens().clone();
        tokens(tokens, 0, map.count());
        float[] cls = map.cls() == null ? null : map.cls().clone();
        if (cls != null) {
            cls(cls, 0, 1);
        }
        return new TokenMap(map.time(), map.freq(), map.dim(), tokens, cls, map.padding());
    }

    /** Mean and deviation of a stream of vectors, in float64 and without cancellation (Chan's pairwise update). */
    public static final class Statistics {
        private final double[] mean;
        private final double[] squares;
        private final double[] ownMean;
        private final double[] ownSquares;
        private long count;

        /** Starts without vectors. */
        public Statistics(int dim) {
            mean = new double[dim];
            squares = new double[dim];
            ownMean = new double[dim];
            ownSquares = new double[dim];
        }

        /** Adds {@code n} vectors from index {@code at} on. */
        public void add(float[] values, int at, int n) {
            int dim = mean.length;
            Arrays.fill(ownMean, 0);
            Arrays.fill(ownSquares, 0);
            for (int i = 0; i < n; i++) {
                for (int d = 0; d < dim; d++) {
                    ownMean[d] += values[at + i * dim + d];
                }
            }
            for (int d = 0; d < dim; d++) {
                ownMean[d] /= n;
            }
            for (int i = 0; i < n; i++) {
                for (int d = 0; d < dim; d++) {
                    double off = values[at + i * dim + d] - ownMean[d];
                    ownSquares[d] += off * off;
                }
            }
            long all = count + n;
            for (int d = 0; d < dim; d++) {
                double apart = ownMean[d] - mean[d];
                mean[d] += apart * n / all;
                squares[d] += ownSquares[d] + apart * apart * count * n / all;
            }
            count = all;
        }

        /** Means so far. */
        public float[] mean() {
            float[] out = new float[mean.length];
            for (int d = 0; d < out.length; d++) {
                out[d] = (float) mean[d];
            }
            return out;
        }

        /** Biased deviations so far; 1 for a constant dimension. */
        public float[] deviation() {
            float[] out = new float[mean.length];
            for (int d = 0; d < out.length; d++) {
                double deviation = Math.sqrt(squares[d] / count);
                // float32 rounding alone causes this much variance in a constant dimension
                out[d] = deviation <= 1e-7 * Math.abs(mean[d]) || deviation < 1e-30 ? 1 : (float) deviation;
            }
            return out;
        }
    }

    /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Standardization that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {tokenMean, tokenDeviation, clsMean, clsDeviation};
    }

    @Override
    public String toString() {
        return "Standardization[tokenMean=" + Arrays.toString(tokenMean) + ", tokenDeviation="
                + Arrays.toString(tokenDeviation) + ", clsMean=" + Arrays.toString(clsMean) + ", clsDeviation="
                + Arrays.toString(clsDeviation) + "]";
    }
}
