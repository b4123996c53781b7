package org.unmute.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.unmute.report.chart.Axis.Kind;

class NumberTextTest {
    @Test
    void valuesInWords() {
        assertThat(NumberText.value(0.71349, Kind.PERCENT)).isEqualTo("71.3\u00A0%");
        assertThat(NumberText.value(-0.0123, Kind.POINTS)).isEqualTo("\u22121.2\u00A0pp");
        assertThat(NumberText.value(-0.00001, Kind.POINTS)).isEqualTo("0.0\u00A0pp");
        assertThat(NumberText.value(155610, Kind.LOGARITHMIC)).isEqualTo("155\u202F610");
        assertThat(NumberText.value(0.123456, Kind.LINEAR)).isEqualTo("0.1235");
        assertThat(NumberText.value(12345.678, Kind.LINEAR)).isEqualTo("12\u202F346");
        assertThat(NumberText.value(2.5e-7, Kind.LINEAR)).isEqualTo("2.5e-7");
        assertThat(NumberText.value(Double.NaN, Kind.LINEAR)).isEqualTo("\u2013");
    }

    @Test
    void ticksInWords() {
        assertThat(NumberText.tick(12500, 2500, 20000)).isEqualTo("12.5k");
        assertThat(NumberText.tick(0, 2500, 20000)).isEqualTo("0.0");
        assertThat(NumberText.tick(-0.05, 0.05, 0.2)).isEqualTo("\u22120.05");
        assertThat(NumberText.tick(3e-9, 1e-9, 5e-9)).isEqualTo("3e-9");
        assertThat(NumberText.decade(1e6)).isEqualTo("1M");
        assertThat(NumberText.decade(1000)).isEqualTo("1k");
        assertThat(NumberText.decade(0.01)).isEqualTo("0.01");
        assertThat(NumberText.decade(1e-4)).isEqualTo("1e-4");
    }

    @Property
    void csvReadsBackAsTheSameNumber(@ForAll double value) {
        String csv = NumberText.csv(value);
        if (Double.isFinite(value)) {
            assertThat(Double.parseDouble(csv)).isEqualTo(value == 0 ? 0.0 : value);
        } else {
            assertThat(csv).isEmpty();
        }
    }
}
