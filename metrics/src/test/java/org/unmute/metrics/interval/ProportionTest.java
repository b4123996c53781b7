package org.unmute.metrics.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTest {

    /** Newcombe, "Two-sided confidence intervals for the single proportion" (1998), Table I, method 3. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0, 0.1611", "1, 29, 0.0061, 0.1718"})
    void agreesWithPublishedIntervals(long successes, long trials, double low, double high) {
        Proportion share = Proportion.wilson(successes, trials);
        assertThat(share.low()).isCloseTo(low, within(5.1e-5));
        assertThat(share.high()).isCloseTo(high, within(5.1e-5));
        assertThat(share.estimate()).isEqualTo((double) successes / trials);
    }

    /** The ends are the true shares whose score statistic is the normal quantile. */
    @Test
    void endsSolveWilsonsEquation() {
        double z = 1.959963984540054;
        for (int trials = 1; trials < 200; trials += 7) {
            for (int successes = 0; successes <= trials; successes++) {
                Proportion share = Proportion.wilson(successes, trials);
                for (double end : new double[] {share.low(), share.high()}) {
                    double distance = Math.pow(share.estimate() - end, 2);
                    assertThat(distance).isCloseTo(z * z * end * (1 - end) / trials, within(1e-14));
                }
                assertThat(share.low()).isBetween(0.0, share.estimate());
                assertThat(share.high()).isBetween(share.estimate(), 1.0);
                assertThat(Proportion.wilson(trials - successes, trials).low())
                        .isCloseTo(1 - share.high(), within(1e-15));
            }
        }
    }

    @Test
    void isWidenedWithinItsRange() {
        Proportion share = Proportion.wilson(5, 10);
        Proportion wide = share.widened(1.5);
        assertThat(wide.high() - 0.5).isCloseTo(1.5 * (share.high() - 0.5), within(1e-15));
        assertThat(0.5 - wide.low()).isCloseTo(1.5 * (0.5 - share.low()), within(1e-15));
        assertThat(share.widened(9)).isEqualTo(new Proportion(5, 10, 0.5, 0, 1, 0.95));
        assertThat(share.widened(1)).isEqualTo(share);
        Rate rate = Rate.poisson(2, 4);
        assertThat(rate.widened(2).high()).isCloseTo(2 * rate.high() - 0.5, within(1e-15));
        assertThat(rate.widened(2).low()).isZero();
    }

    @Test
    void withoutTrialsItIsUndefined() {
        Proportion none = Proportion.wilson(0, 0);
        assertThat(none.estimate()).isNaN();
        assertThat(none.low()).isNaN();
        assertThat(none.high()).isNaN();
    }

    @Test
    void argumentsOutsideTheirRangesAreRefused() {
        assertThatThrownBy(() -> Proportion.wilson(4, 3))
                .hasMessage("proportion: successes must be 0 to the number of trials: 4 of 3");
        assertThatThrownBy(() -> Proportion.wilson(-1, 3)).hasMessageContaining("-1 of 3");
        assertThatThrownBy(() -> Proportion.wilson(1, 3, 1.0))
                .hasMessage("proportion: the level must be within (0, 1): 1.0");
    }

    /** Runs 1000 repetitions for each true share of a grid. See below for fewer trials. */
    @Test
    void intervalsContainTheTruthAsOftenAsTheySay() {
        int repetitions = 1000;
        double sum = 0;
        int cells = 0;
        for (int trials : new int[] {50, 200, 1000}) {
            for (double truth : new double[] {0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.9}) {
                SplittableRandom random = new SplittableRandom(trials * 31L + Double.doubleToLongBits(truth));
                int covered = 0;
                for (int i = 0; i < repetitions; i++) {
                    long successes =
                            random.doubles(trials).filter(u -> u < truth).count();
                    Proportion share = Proportion.wilson(successes, trials);
                    covered += share.low() <= truth && truth <= share.high() ? 1 : 0;
                }
                assertThat(covered / (double) repetitions)
                        .as("coverage of %s with %s trials", truth, trials)
                        .isGreaterThanOrEqualTo(0.93);
                sum += covered / (double) repetitions;
                cells++;
            }
        }
        assertThat(sum / cells).as("mean coverage").isBetween(0.94, 0.98);
    }

    /** Exact rather than simulated: the probability of all counts whose interval contains the true share. */
    @ParameterizedTest
    @CsvSource({"20, 0.05, 0.92452", "30, 0.3, 0.92979", "50, 0.5, 0.93509", "100, 0.1, 0.93640", "1000, 0.2, 0.94736"})
    void coverageAtSingleTruthsIsWhatItIsKnownToBe(int trials, double truth, double coverage) {
        double logBinomial = 0;
        double sum = 0;
        for (int k = 0; k <= trials; k++) {
            Proportion share = Proportion.wilson(k, trials);
            if (share.low() <= truth && truth <= share.high()) {
                sum += Math.exp(logBinomial + k * Math.log(truth) + (trials - k) * Math.log1p(-truth));
            }
            logBinomial += Math.log((trials - k) / (k + 1.0));
        }
        assertThat(sum).isCloseTo(coverage, within(1e-5));
    }
}
