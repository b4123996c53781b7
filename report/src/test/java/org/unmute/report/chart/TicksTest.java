package org.unmute.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TicksTest {
    @Test
    void knownAxes() {
        assertThat(Ticks.linear(0, 1, 6).at()).containsExactly(0, 0.2, 0.4, 0.6, 0.8, 1);
        assertThat(Ticks.linear(-0.031, 0.17, 6).at()).containsExactly(-0.05, 0, 0.05, 0.1, 0.15, 0.2);
        assertThat(Ticks.linear(1, 30, 8).at()).containsExactly(0, 5, 10, 15, 20, 25, 30);
        assertThat(Ticks.logarithmic(5000, 2e7, 9).at()).containsExactly(1e4, 1e5, 1e6, 1e7);
        assertThat(Ticks.logarithmic(0.8, 45, 9).at()).containsExactly(1, 2, 5, 10, 20);
        assertThat(Ticks.logarithmic(1e-12, 1e12, 5).at()).hasSizeBetween(2, 5);
    }

    @Test
    void aSingleNumberAndNoneHaveAnAxisToo() {
        for (Axis axis : List.of(Axis.linear(""), Axis.percent(""), Axis.points(""), Axis.logarithmic(""))) {
            for (double value : new double[] {Double.NaN, 0, 1e-300, 0.4, 155_610, 1e99, -3}) {
                Extent extent = new Extent(axis);
                extent.add(value);
                Scale scale = Scale.of(extent, 0, 400, 60);
                assertThat(new HashSet<>(scale.labels()))
                        .as("%s at %s", axis.kind(), value)
                        .hasSameSizeAs(scale.labels())
                        .hasSizeGreaterThan(1);
                assertThat(scale.at(value > 0 ? value : 1)).isBetween(0.0, 400.0);
            }
        }
    }

    @Property
    void linearTicksAreRoundEvenlySpacedAndCoverTheRange(
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double low,
            @ForAll @DoubleRange(min = -5, max = 7) double logWidth,
            @ForAll @IntRange(min = 2, max = 20) int most) {
        double high = low + Math.pow(10, logWidth);
        Ticks ticks = Ticks.linear(low, high, most);
        double[] at = ticks.at();
        double fuzz = 1e-6 * ticks.step();
        assertThat(at[0]).isLessThanOrEqualTo(low + fuzz);
        assertThat(at[at.length - 1]).isGreaterThanOrEqualTo(high - fuzz);
        assertThat(at.length).as("ticks").isBetween(2, most + 1);
        double mantissa = ticks.step() / Math.pow(10, Math.floor(Math.log10(ticks.step()) + 1e-9));
        assertThat(List.of(1.0, 2.0, 2.5, 5.0))
                .as("step %s", ticks.step())
                .anySatisfy(r -> assertThat(mantissa).isCloseTo(r, within(1e-6)));
        for (int i = 0; i < at.length; i++) {
            double multiple = at[i] / ticks.step();
            // Far from 0 relative to the step, the quotient is only as exact as doubles permit: tick and step are each
            // rounded to the nearest double, and each moves the quotient by at most one ulp. The distance is measured
            // between the doubles; between their shortest decimals it can be larger.
            assertThat(Math.abs(multiple - Math.rint(multiple)))
                    .isLessThanOrEqualTo(Math.max(1e-6, 2 * Math.ulp(multiple)));
            assertThat(at[i])
                    .isCloseTo(at[0] + i * ticks.step(), within(1e-6 * Math.max(ticks.step(), Math.abs(at[0]) * 1e-6)));
        }
    }

    @Property
    void labelsOfAnAxisDifferAndReadBackAsTheirTicks(
            @ForAll @DoubleRange(min = -1e4, max = 1e4) double low,
            @ForAll @DoubleRange(min = -4, max = 6) double logWidth) {
        Axis axis = Axis.linear("");
        Extent extent = new Extent(axis);
        extent.add(low);
        extent.add(low + Math.pow(10, logWidth));
        Scale scale = Scale.of(extent, 0, 400, 60);
        double[] ticks = scale.ticks().at();
        List<String> labels = scale.labels();
        assertThat(new HashSet<>(labels)).hasSameSizeAs(labels);
        for (int i = 0; i < ticks.length; i++) {
            assertThat(read(labels.get(i))).isCloseTo(ticks[i], within(1e-3 * (ticks[1] - ticks[0])));
        }
    }

    private static double read(String label) {
        String plain = label.replace('\u2212', '-');
        int thousands = "kMGT".indexOf(plain.charAt(plain.length() - 1)) + 1;
        return Double.parseDouble(thousands > 0 ? plain.substring(0, plain.length() - 1) : plain)
                * Math.pow(1000, thousands);
    }

    @Property
    void logarithmicTicksAreRoundAndLieOnTheAxis(
            @ForAll @DoubleRange(min = -20, max = 20) double logLow,
            @ForAll @DoubleRange(min = Ticks.SHORTEST, max = 20) double decades,
            @ForAll @IntRange(min = 2, max = 12) int most) {
        double low = Math.pow(10, logLow);
        double high = Math.pow(10, logLow + decades);
        double[] at = Ticks.logarithmic(low, high, most).at();
        assertThat(at.length).isGreaterThanOrEqualTo(2).isLessThanOrEqualTo(Math.max(2, most));
        for (int i = 0; i < at.length; i++) {
            assertThat(at[i]).isBetween(low * (1 - 1e-8), high * (1 + 1e-8));
            assertThat(at[i]).isGreaterThan(i == 0 ? 0 : at[i - 1]);
            double digit = at[i] / Math.pow(10, Math.floor(Math.log10(at[i]) + 1e-9));
            assertThat(digit).isCloseTo(Math.rint(digit), within(1e-6));
        }
    }
}
