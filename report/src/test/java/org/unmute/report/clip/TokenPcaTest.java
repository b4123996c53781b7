package org.unmute.report.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.models.encoder.TokenMap;

class TokenPcaTest {
    /**
     * Tokens along three known orthogonal directions of different spread, with more or fewer tokens than dimensions.
     */
    @ParameterizedTest
    @CsvSource({"40,8", "6,32"})
    void findsTheDirectionsAndTheirShares(int time, int dim) {
        int n = time * 2;
        double[][] along = new double[3][n];
        double[] spread = {9, 3, 1};
        float[] tokens = new float[n * dim];
        for (int i = 0; i < n; i++) {
            // cosines of different frequencies are orthogonal over the tokens and sum to 0
            for (int c = 0; c < 3; c++) {
                along[c][i] = spread[c] * Math.cos(Math.PI * (c + 1) * (i + 0.5) / n);
                tokens[i * dim + 2 * c] = (float) (along[c][i] + 5);
            }
        }
        TokenPca pca = TokenPca.of(new TokenMap(time, 2, dim, tokens, null), time);
        assertThat(pca.explained()).containsExactly(new double[] {81 / 91.0, 9 / 91.0, 1 / 91.0}, within(1e-6));
        for (int c = 0; c < 3; c++) {
            int shift = 16 - 8 * c;
            double low = quantile(along[c], 0.01, false);
            double high = quantile(along[c], 0.99, true);
            for (int i = 0; i < n; i++) {
                double expected = 255 * Math.clamp((along[c][i] - low) / (high - low), 0, 1);
                assertThat((double) (pca.rgb()[i] >> shift & 255))
                        .as("token " + i + ", direction " + c)
                        .isCloseTo(expected, within(1.0));
            }
        }
    }

    private static double quantile(double[] values, double at, boolean up) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        double index = at * (sorted.length - 1);
        return sorted[(int) (up ? Math.ceil(index) : index)];
    }

    @Test
    void paddingDecidesNothing() {
        SplittableRandom random = new SplittableRandom(4);
        float[] tokens = new float[20 * 4];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) (random.nextGaussian() + (i >= 40 ? 1000 * (i % 4) : 0));
        }
        TokenPca all = TokenPca.of(new TokenMap(20, 1, 4, tokens, null), 10);
        TokenPca shorter = TokenPca.of(new TokenMap(10, 1, 4, Arrays.copyOf(tokens, 40), null), 10);
        assertThat(Arrays.copyOf(all.rgb(), 10)).isEqualTo(shorter.rgb());
        assertThat(all.explained()).isEqualTo(shorter.explained());
    }

    @Test
    void tokensThatAreAllTheSameHaveOneColour() {
        float[] same = new float[12];
        Arrays.fill(same, 3);
        assertThat(TokenPca.of(new TokenMap(4, 1, 3, same, null), 4).rgb()).containsOnly(0x808080);
        assertThat(TokenPca.of(new TokenMap(1, 1, 3, new float[] {1, 2, 3}, null), 1)
                        .rgb())
                .containsOnly(0x808080);
    }
}
