package org.unmute.events.search;

import java.util.Arrays;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.vector.VectorIndexWriter;

/**
 * The tokens of an example.
 *
 * @param example where they are from
 * @param rows the token map of its rows
 * @param firstColumn of its band
 * @param columns of its band, at least 1
 */
record ExampleTokens(Example example, TokenMap rows, int firstColumn, int columns) {
    /** The mean of all tokens of its rows, of unit length, as the vectors of an index are. */
    float[] pooled() {
        return VectorIndexWriter.pooled(rows, new int[] {0, rows.time()})[0];
    }

    ExampleTokens whitened(Whitening whitening) {
        return new ExampleTokens(example, whitening.of(rows), firstColumn, columns);
    }

    /** The tokens of its rows and columns, {@code [rows * columns, dim]}. */
    float[] patterns() {
        return columns(rows, firstColumn, columns);
    }

    /** The tokens of some columns, {@code [time * count, dim]}; the map's own array if these are all. */
    static float[] columns(TokenMap map, int first, int count) {
        if (count == map.freq()) {
            return map.tokens();
        }
        int dim = map.dim();
        float[] some = new float[map.time() * count * dim];
        for (int t = 0; t < map.time(); t++) {
            System.arraycopy(map.tokens(), (t * map.freq() + first) * dim, some, t * count * dim, count * dim);
        }
        return some;
    }

    /**
     * The positions that lie at least by half between two values; if there are none, the one that is covered most.
     *
     * @param lower edges, ascending
     * @param upper edges, ascending
     * @return first position and count; null if nothing is covered
     */
    static int[] covered(double[] lower, double[] upper, double from, double to) {
        double[] shares = new double[lower.length];
        Arrays.setAll(
                shares, i -> Math.max(0, Math.min(to, upper[i]) - Math.max(from, lower[i])) / (upper[i] - lower[i]));
        int first = -1;
        int last = -1;
        int most = 0;
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] >= 0.5 - 1e-9) {
                first = first < 0 ? i : first;
                last = i;
            }
            most = shares[i] > shares[most] ? i : most;
        }
        return first >= 0 ? new int[] {first, last - first + 1} : shares[most] > 0 ? new int[] {most, 1} : null;
    }
}
