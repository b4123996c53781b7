package org.unmute.benchmark.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SobolTest {
    /** The first ten points in three dimensions, as published by Joe and Kuo with their program. */
    private static final double[][] PUBLISHED = {
        {0, 0, 0},
        {0.5, 0.5, 0.5},
        {0.75, 0.25, 0.25},
        {0.25, 0.75, 0.75},
        {0.375, 0.375, 0.625},
        {0.875, 0.875, 0.125},
        {0.625, 0.125, 0.875},
        {0.125, 0.625, 0.375},
        {0.1875, 0.3125, 0.9375},
        {0.6875, 0.8125, 0.4375}
    };

    @Test
    void firstPointsAreThePublishedOnes() {
        Sobol sobol = new Sobol(3);
        for (int i = 0; i < PUBLISHED.length; i++) {
            assertThat(sobol.point(i)).as("point " + i).isEqualTo(PUBLISHED[i]);
        }
    }

    /** From SciPy 1.17.1, {@code scipy.stats.qmc.Sobol(10, scramble=False)}. */
    @Test
    void everyDimensionAgreesWithScipy() {
        Sobol sobol = new Sobol(10);
        assertThat(sobol.point(3)).isEqualTo(new double[] {0.25, 0.75, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25, 0.25, 0.25});
        assertThat(sobol.point(100)).isEqualTo(new double[] {
            0.4140625, 0.2578125, 0.7734375, 0.7265625, 0.8828125, 0.7421875, 0.0234375, 0.4765625, 0.6328125, 0.6953125
        });
        assertThat(sobol.point(1000)).isEqualTo(new double[] {
            0.2197265625,
            0.0966796875,
            0.5185546875,
            0.6767578125,
            0.2802734375,
            0.9072265625,
            0.0458984375,
            0.8994140625,
            0.5009765625,
            0.0693359375
        });
        assertThat(sobol.point(12345)).isEqualTo(new double[] {
            0.64093017578125,
            0.81341552734375,
            0.16033935546875,
            0.52679443359375,
            0.88848876953125,
            0.05889892578125,
            0.12725830078125,
            0.11334228515625,
            0.80181884765625,
            0.42962646484375
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -7, 123456789})
    void shiftedPointsStillPutOneInEveryInterval(long seed) {
        Sobol sobol = new Sobol(4, seed);
        for (int d = 0; d < 4; d++) {
            Set<Integer> hit = new HashSet<>();
            for (int i = 0; i < 32; i++) {
                double x = sobol.point(i)[d];
                assertThat(x).isBetween(0.0, Math.nextDown(1.0));
                hit.add((int) (x * 32));
            }
            assertThat(hit).as("dimension " + d).hasSize(32);
        }
    }

    /**
     * Dimensions 1 and 2 form a (0, 2)-sequence: of 2ᵏ points, one lies in each box of area 2⁻ᵏ, with or without a
     * shift.
     */
    @Test
    void shiftedPointsStillPutOneInEveryBox() {
        Sobol sobol = new Sobol(2, 5);
        Set<Integer> squares = new HashSet<>();
        Set<Integer> stripes = new HashSet<>();
        for (int i = 0; i < 16; i++) {
            double[] p = sobol.point(i);
            squares.add((int) (p[0] * 4) * 4 + (int) (p[1] * 4));
            stripes.add((int) (p[0] * 8) * 2 + (int) (p[1] * 2));
        }
        assertThat(squares).hasSize(16);
        assertThat(stripes).hasSize(16);
    }

    @Test
    void seedsShiftDifferentlyAndRepeatably() {
        assertThat(new Sobol(2, 1).point(0)).isEqualTo(new Sobol(2, 1).point(0)).isNotEqualTo(new Sobol(2, 2).point(0));
    }

    @Test
    void otherDimensionsAndIndicesAreRefused() {
        assertThatThrownBy(() -> new Sobol(0)).hasMessageContaining("1 to 10 dimensions: 0");
        assertThatThrownBy(() -> new Sobol(11)).hasMessageContaining("1 to 10 dimensions: 11");
        assertThatThrownBy(() -> new Sobol(2).point(-1)).hasMessageContaining("-1");
    }
}
