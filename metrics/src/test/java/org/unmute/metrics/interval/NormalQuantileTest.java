package org.unmute.metrics.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalQuantileTest {

    /** Values computed in 40-digit arithmetic. */
    @ParameterizedTest
    @CsvSource({
        "1e-300, -37.0470962993611992",
        "1e-100, -21.2734535609653243",
        "1e-20, -9.26234008979840758",
        "1e-10, -6.3613409024040562",
        "1e-6, -4.75342430882289896",
        "0.001, -3.09023230616781354",
        "0.01, -2.32634787404084109",
        "0.025, -1.95996398454005421",
        "0.1, -1.28155156554460044",
        "0.25, -0.674489750196081743",
        "0.4, -0.253347103135799741",
        "0.499999, -2.50662827456655938e-6",
        "0.5, 0",
        "0.7, 0.524400512708040656",
        "0.975, 1.95996398454005386",
        "0.999, 3.09023230616781328",
        "0.999999, 4.75342430881708777"
    })
    void agreesWithHighPrecisionValues(double p, double x) {
        assertThat(NormalQuantile.of(p)).isCloseTo(x, within(2e-14 * Math.max(1, Math.abs(x))));
    }

    @Test
    void endsAreInfiniteAndOtherNumbersRefused() {
        assertThat(NormalQuantile.of(0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(NormalQuantile.of(1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(NormalQuantile.of(Double.NaN)).isNaN();
        assertThat(NormalQuantile.of(Double.MIN_VALUE)).isCloseTo(-38.4674, within(1e-4));
        assertThatThrownBy(() -> NormalQuantile.of(1.5)).hasMessage("normal quantile: not a probability: 1.5");
    }
}
