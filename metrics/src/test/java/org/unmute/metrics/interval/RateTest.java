package org.unmute.metrics.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateTest {

    /** Roots of the regularized incomplete gamma function, computed in 50-digit arithmetic. */
    @ParameterizedTest
    @CsvSource({
        "0, 0.95, 0, 3.688879454113935",
        "1, 0.95, 0.0253178079842899, 5.571643390938898",
        "2, 0.95, 0.242209278543965, 7.22468766772396",
        "3, 0.95, 0.6186721228956015, 8.767273069742325",
        "5, 0.95, 1.623486390118421, 11.66833207932267",
        "10, 0.95, 4.795388696132434, 18.39035604201778",
        "15, 0.95, 8.395386132783313, 24.74021887148584",
        "16, 0.95, 9.145382453641525, 25.98299759756095",
        "17, 0.95, 9.903126469607289, 27.21864681590661",
        "50, 0.95, 37.11096373746187, 65.91876666433681",
        "100, 0.95, 81.36399125092314, 121.6267937924264",
        "1000, 0.95, 938.9730184076952, 1063.952136016302",
        "10000, 0.95, 9804.952467260183, 10197.95162466147",
        "1000000, 0.95, 998040.9833402939, 1001961.911945432",
        "0, 0.99, 0, 5.298317366548036",
        "1, 0.99, 0.005012541823544287, 7.430129500280121",
        "2, 0.99, 0.1034945467480911, 9.273792089255544",
        "10, 0.99, 3.716922131467118, 21.39782749965427",
        "1000000, 0.99, 997426.0490212408, 1002578.708864006",
        "0, 0.5, 0, 1.386294361119891",
        "1, 0.5, 0.2876820724517809, 2.692634528889696",
        "3, 0.5, 1.727299417860519, 5.10942748512338",
        "17, 0.5, 14.06803984018414, 20.65180776670421",
        "1000, 0.5, 978.4929664946928, 1022.154351784382"
    })
    void poissonAgreesWithHighPrecisionValues(long count, double level, double low, double high) {
        Rate rate = Rate.poisson(count, 1, level);
        assertThat(rate.low()).isCloseTo(low, within(1e-12 * low));
        assertThat(rate.high()).isCloseTo(high, within(1e-12 * high));
        assertThat(rate.estimate()).isEqualTo(count);
        assertThat(rate.level()).isEqualTo(level);
    }

    /** Critical values of chi-square from the NIST/SEMATECH e-Handbook, three decimals, upper tails. */
    @ParameterizedTest
    @CsvSource({
        "2, 0.95, 5.991",
        "2, 0.99, 9.210",
        "2, 0.999, 13.816",
        "4, 0.90, 7.779",
        "4, 0.95, 9.488",
        "10, 0.95, 18.307",
        "10, 0.975, 20.483",
        "20, 0.95, 31.410",
        "20, 0.99, 37.566",
        "100, 0.95, 124.342",
        "100, 0.975, 129.561"
    })
    void upperBoundIsHalfACriticalValueOfChiSquare(int degrees, double level, double critical) {
        assertThat(2 * Rate.upper(degrees / 2 - 1, 1, level)).isCloseTo(critical, within(5.1e-4));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.95, 2.99573227355399",
        "1, 0.95, 4.743864518390577",
        "4, 0.9, 7.993589586052631",
        "0, 0.999999, 13.81551055793552",
        "20, 0.1, 15.38271150502266"
    })
    void upperBoundAgreesWithHighPrecisionValues(long count, double level, double bound) {
        // 1 - 0.999999 has a relative rounding error of 3e-11.
        assertThat(Rate.upper(count, 1, level)).isCloseTo(bound, within(1e-11 * bound));
    }

    @Test
    void everythingIsPerHour() {
        Rate rate = Rate.poisson(5, 2.5);
        assertThat(rate.estimate()).isEqualTo(2);
        assertThat(rate.low()).isCloseTo(1.623486390118421 / 2.5, within(1e-12));
        assertThat(rate.high()).isCloseTo(11.66833207932267 / 2.5, within(1e-12));
        assertThat(Rate.upper(0, 10, 0.95)).isCloseTo(0.299573227355399, within(1e-13));
        assertThat(rate).hasToString("2.000 per hour [0.6494, 4.667]");
    }

    /** The ends are the rates at which the count, or a more extreme one, has the probability of one tail. */
    @Test
    void endsHaveTheProbabilityOfATail() {
        for (int count = 1; count < 60; count++) {
            for (double level : new double[] {1e-6, 0.3, 0.9, 0.999, 1 - 1e-9}) {
                Rate rate = Rate.poisson(count, 1, level);
                double tail = (1 - level) / 2;
                assertThat(1 - atMost(count - 1, rate.low())).isCloseTo(tail, within(1e-12));
                assertThat(atMost(count, rate.high())).isCloseTo(tail, within(1e-12));
            }
        }
    }

    @Test
    void largeCountsApproachTheNormalInterval() {
        double count = 1e12;
        Rate rate = Rate.poisson((long) count, 1);
        assertThat(rate.low()).isCloseTo(count - 1.959963984540054e6, within(10.0));
        assertThat(rate.high()).isCloseTo(count + 1.959963984540054e6, within(10.0));
    }

    @Test
    void argumentsOutsideTheirRangesAreRefused() {
        assertThatThrownBy(() -> Rate.poisson(-1, 1)).hasMessage("rate: the count must be 0 to 1000000000000: -1");
        assertThatThrownBy(() -> Rate.poisson(1_000_000_000_001L, 1)).hasMessageContaining("the count must be");
        for (double hours : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Rate.upper(1, hours, 0.9))
                    .hasMessage("rate: hours must be finite and above 0: " + hours);
        }
        for (double level : new double[] {0, 1, Double.NaN}) {
            assertThatThrownBy(() -> Rate.poisson(1, 1, level))
                    .hasMessage("rate: the level must be within (0, 1): " + level);
        }
    }

    /** Runs 1000 repetitions for each true rate of a grid, from one event in all hours to many. */
    @Test
    void intervalsContainTheTruthAsOftenAsTheySay() {
        double[] truths = {0.5, 1, 3, 8, 20, 50, 100, 200, 400};
        int repetitions = 1000;
        double hours = 4;
        double mean = 0;
        for (double truth : truths) {
            SplittableRandom random = new SplittableRandom(Double.doubleToLongBits(truth));
            int covered = 0;
            int bounded = 0;
            for (int i = 0; i < repetitions; i++) {
                long count = poisson(random, truth * hours);
                Rate rate = Rate.poisson(count, hours);
                covered += rate.low() <= truth && truth <= rate.high() ? 1 : 0;
                bounded += truth <= Rate.upper(count, hours, 0.95) ? 1 : 0;
            }
            assertThat(covered / (double) repetitions)
                    .as("coverage at %s per hour", truth)
                    .isGreaterThanOrEqualTo(0.93);
            assertThat(bounded / (double) repetitions)
                    .as("share of upper bounds above %s per hour", truth)
                    .isGreaterThanOrEqualTo(0.93);
            mean += covered / (double) repetitions / truths.length;
        }
        assertThat(mean).as("mean coverage").isBetween(0.94, 0.98);
    }

    /** Counts the arrivals of a Poisson process in one unit of time. */
    private static long poisson(SplittableRandom random, double expected) {
        long count = 0;
        for (double t = -Math.log1p(-random.nextDouble()); t < expected; t -= Math.log1p(-random.nextDouble())) {
            count++;
        }
        return count;
    }

    private static double atMost(int count, double mean) {
        double term = Math.exp(-mean);
        double sum = term;
        for (int k = 1; k <= count; k++) {
            term *= mean / k;
            sum += term;
        }
        return sum;
    }
}
