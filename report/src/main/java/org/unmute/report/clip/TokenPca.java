package org.unmute.report.clip;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.unmute.models.encoder.TokenMap;

/**
 * The first three principal components of the tokens of a clip as red, green and blue (Figure 1a of the paper).
 *
 * @param rgb a colour 0xRRGGBB for each token
 * @param explained the fraction of the token variance along each direction
 */
record TokenPca(int[] rgb, double[] explained) {
    private static final int COMPONENTS = 3;
    /** Maximum number of tokens from which the directions are computed. */
    private static final int MAX_TOKENS = 4096;
    /** Quantile that is clipped at both ends, so that outliers do not dominate the colour range. */
    private static final double TRIM = 0.01;

    /**
     * The colours of a token map.
     *
     * @param rows number of token rows before the padding; only these determine the directions and the colour range
     */
    static TokenPca of(TokenMap map, int rows) {
        int dim = map.dim();
        int soundTokens = rows * map.freq();
        int[] chosen = IntStream.range(0, Math.min(soundTokens, MAX_TOKENS))
                .map(i -> (int) ((long) i * soundTokens / Math.min(soundTokens, MAX_TOKENS)))
                .toArray();
        double[] mean = new double[dim];
        for (int n : chosen) {
            for (int d = 0; d < dim; d++) {
                mean[d] += map.tokens()[n * dim + d] / (double) chosen.length;
            }
        }
        DMatrixRMaj x = new DMatrixRMaj(chosen.length, dim);
        for (int i = 0; i < chosen.length; i++) {
            for (int d = 0; d < dim; d++) {
                x.set(i, d, map.tokens()[chosen[i] * dim + d] - mean[d]);
            }
        }
        double[] explained = new double[COMPONENTS];
        double[][] directions = directions(x, explained);
        double[][] along = new double[COMPONENTS][map.count()];
        for (int c = 0; c < COMPONENTS; c++) {
            for (int n = 0; n < map.count(); n++) {
                double sum = 0;
                for (int d = 0; d < dim; d++) {
                    sum += (map.tokens()[n * dim + d] - mean[d]) * directions[c][d];
                }
                along[c][n] = sum;
            }
        }
        return new TokenPca(colours(along, soundTokens), explained);
    }

    /**
     * Unit vectors {@code [3][dim]}, computed from the smaller of the two Gram matrices; zero if the tokens vary in
     * fewer directions.
     */
    private static double[][] directions(DMatrixRMaj x, double[] explained) {
        boolean ofTokens = x.numRows < x.numCols;
        int size = Math.min(x.numRows, x.numCols);
        DMatrixRMaj gram = new DMatrixRMaj(size, size);
        if (ofTokens) {
            CommonOps_DDRM.multOuter(x, gram);
        } else {
            CommonOps_DDRM.multInner(x, gram);
        }
        double total = CommonOps_DDRM.trace(gram);
        double[][] directions = new double[COMPONENTS][x.numCols];
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(size, true, true);
        if (!(total > 0) || !eigen.decompose(gram)) {
            return directions; // one token, or identical tokens
        }
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingDouble(
                        (Integer i) -> -eigen.getEigenvalue(i).getReal()))
                .mapToInt(i -> i)
                .toArray();
        for (int c = 0; c < Math.min(COMPONENTS, size); c++) {
            double value = eigen.getEigenvalue(order[c]).getReal();
            if (value > 1e-12 * total) {
                explained[c] = value / total;
                directions[c] = direction(x, eigen.getEigenVector(order[c]), ofTokens);
            }
        }
        return directions;
    }

    private static double[] direction(DMatrixRMaj x, DMatrixRMaj vector, boolean ofTokens) {
        DMatrixRMaj out = vector;
        if (ofTokens) {
            out = new DMatrixRMaj(x.numCols, 1);
            CommonOps_DDRM.multTransA(x, vector, out);
        }
        double[] v = Arrays.copyOf(out.data, x.numCols);
        double length = 0;
        int largest = 0;
        for (int d = 0; d < v.length; d++) {
            length += v[d] * v[d];
            largest = Math.abs(v[d]) > Math.abs(v[largest]) ? d : largest;
        }
        // the sign is arbitrary; the largest entry is made positive, so that colours are reproducible
        double scale = Math.signum(v[largest]) / Math.sqrt(length);
        for (int d = 0; d < v.length; d++) {
            v[d] *= scale;
        }
        return v;
    }

    private static int[] colours(double[][] along, int soundTokens) {
        int[] rgb = new int[along[0].length];
        for (double[] values : along) {
            double[] sorted = Arrays.copyOf(values, soundTokens);
            Arrays.sort(sorted);
            double low = sorted[(int) (TRIM * (soundTokens - 1))];
            double high = sorted[(int) Math.ceil((1 - TRIM) * (soundTokens - 1))];
            for (int n = 0; n < rgb.length; n++) {
                double position = high > low ? Math.clamp((values[n] - low) / (high - low), 0, 1) : 0.5;
                rgb[n] = rgb[n] << 8 | (int) Math.round(255 * position);
            }
        }
        return rgb;
    }
}
