package org.unmute.models.encoder;

/** How the tokens of a recording are pooled into one vector. */
public enum TokenPooling {
    /** The mean of all patch tokens, summed in float64 in their order. */
    MEAN {
        @Override
        public float[] apply(TokenMap map) {
            int dim = map.dim();
            double[] sums = new double[dim];
            float[] tokens = map.tokens();
            for (int at = 0; at < tokens.length; at += dim) {
                for (int d = 0; d < dim; d++) {
                    sums[d] += tokens[at + d];
                }
            }
            float[] mean = new float[dim];
            for (int d = 0; d < dim; d++) {
                mean[d] = (float) (sums[d] / map.count());
            }
            return mean;
        }
    },
    /** The max of each channel over all patch tokens. */
    MAX {
        @Override
        public float[] apply(TokenMap map) {
            int dim = map.dim();
            float[] tokens = map.tokens();
            float[] max = new float[dim];
            System.arraycopy(tokens, 0, max, 0, dim);
            for (int at = dim; at < tokens.length; at += dim) {
                for (int d = 0; d < dim; d++) {
                    max[d] = Math.max(max[d], tokens[at + d]);
                }
            }
            return max;
        }
    },
    /** The class token. */
    CLS {
        @Override
        public float[] apply(TokenMap map) {
            if (map.cls() == null) {
                throw new IllegalArgumentException(
                        "pool tokens: this encoder has no class token: take the mean or the max of its patch tokens");
            }
            return map.cls().clone();
        }
    };

    /**
     * Pools the tokens of a recording.
     *
     * @param map not modified
     * @return {@code [dim]}, a new array
     * @throws IllegalArgumentException if a class token is required and there is none
     */
    public abstract float[] apply(TokenMap map);
}
