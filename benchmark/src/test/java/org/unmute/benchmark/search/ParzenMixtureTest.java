package org.unmute.benchmark.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reference values from the same mixture, written in NumPy with {@code scipy.stats.truncnorm} (SciPy 1.17.1). */
class ParzenMixtureTest {
    private static final double[] FOUR = {0.1, 0.85, 0.3, 0.9};
    private static final double[] AT = {0, 0.2, 0.5, 0.87, 1};

    @Test
    void deviationsAreDistancesToNeighboursInsideAndInwardsOutside() {
        double[] deviations = ParzenMixture.deviations(FOUR);
        double[] expected = {0.2, 0.35, 0.2, 1.0 / 6};
        for (int i = 0; i < expected.length; i++) {
            assertThat(deviations[i]).isCloseTo(expected[i], within(1e-15));
        }
    }

    @Test
    void equalPointsGetTheLeastDeviationAndNoneMoreThanTheRange() {
        assertThat(ParzenMixture.deviations(new double[] {0.5, 0.5, 0.5})).containsOnly(0.2);
        assertThat(ParzenMixture.deviations(new double[] {0, 0, 1})).containsExactly(0.2, 0.5, 0.5);
        assertThat(ParzenMixture.deviations(new double[0])).isEmpty();
    }

    @Test
    void densityAgreesWithTheReference() {
        double[] expected = {
            -0.16250334803304314, 0.1376320224446374, -0.23209144205478566, 0.17987215646840435, 0.05043277874177594
        };
        assertDensity(FOUR, expected);
    }

    @Test
    void densityOfManyPointsWhereOldOnesFadeAgreesWithTheReference() {
        double[] points = new double[30];
        for (int i = 0; i < 30; i++) {
            points[i] = i * 7 % 30 / 30.0 + 0.01;
        }
        double[] weights = ParzenMixture.weights(30);
        double[] first = {
            0.0011661807580174927,
            0.009620991253644314,
            0.018075801749271137,
            0.026530612244897955,
            0.034985422740524776,
            0.034985422740524776,
            0.034985422740524776
        };
        for (int i = 0; i < first.length; i++) {
            assertThat(weights[i]).isCloseTo(first[i], within(1e-16));
        }
        assertDensity(points, new double[] {
            -1.2559631252467383, -0.04707134916879628, -0.0751453620447572, 0.08326128579989214, -0.5460218563171558
        });
    }

    private static void assertDensity(double[] points, double[] expected) {
        ParzenMixture mixture = new ParzenMixture(points);
        for (int i = 0; i < AT.length; i++) {
            assertThat(mixture.logDensity(AT[i])).as("at " + AT[i]).isCloseTo(expected[i], within(1e-13));
        }
    }

    @Test
    void oneFadingPointHasTheSmallestWeight() {
        double[] weights = ParzenMixture.weights(26);
        assertThat(weights[0] / weights[1]).isCloseTo(1.0 / 26, within(1e-15));
        assertThat(weights[26]).isEqualTo(weights[1]);
    }

    @Test
    void drawsFollowTheDensity() {
        ParzenMixture mixture = new ParzenMixture(FOUR);
        SplittableRandom random = new SplittableRandom(3);
        int n = 40_000;
        int[] counts = new int[10];
        for (int i = 0; i < n; i++) {
            counts[(int) Math.min(9, mixture.draw(random) * 10)]++;
        }
        for (int bin = 0; bin < 10; bin++) {
            double mass = 0;
            for (int k = 0; k < 100; k++) {
                mass += Math.exp(mixture.logDensity((bin + (k + 0.5) / 100) / 10)) / 1000;
            }
            double deviation = Math.sqrt(mass * (1 - mass) / n);
            assertThat(counts[bin] / (double) n).as("bin " + bin).isCloseTo(mass, within(4 * deviation));
        }
    }

    /**
     * Reference values from the error function of the C library. The series sums up to 150 positive terms, so its
     * relative error is at most 150 · 2⁻⁵³.
     */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.001, 0.0003989422139110626",
        "0.3, 0.11791142218895262",
        "1, 0.3413447460685429",
        "2.5, 0.49379033467422384",
        "5, 0.49999971334842813",
        "8, 0.4999999999999994",
        "1000, 0.5"
    })
    void halfOfTheNormalDistributionAgreesWithTheReference(double x, double p) {
        assertThat(TruncatedNormal.half(x)).isCloseTo(p, within(150 * 0x1p-53 * p));
    }

    @Test
    void aNormalOutsideTheIntervalIsRefused() {
        assertThatThrownBy(() -> new TruncatedNormal(1.1, 1)).hasMessageContaining("1.1");
        assertThatThrownBy(() -> new TruncatedNormal(0.5, 0)).hasMessageContaining("0.5, 0.0");
    }
}
