package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HalfFloatsTest {
    @Test
    void everyPatternSurvivesTheWayThroughFloat() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short pattern = (short) bits;
            float wide = HalfFloats.fromBf16(pattern);
            if (Float.isNaN(wide)) {
                assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(wide))).isNaN();
            } else {
                assertThat(HalfFloats.toBf16(wide)).isEqualTo(pattern);
            }
            float half = HalfFloats.fromF16(pattern);
            if (Float.isNaN(half)) {
                assertThat(HalfFloats.fromF16(HalfFloats.toF16(half))).isNaN();
            } else {
                assertThat(HalfFloats.toF16(half)).isEqualTo(pattern);
            }
        }
    }

    @Test
    void tiesGoToTheEvenNeighbour() {
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(1 + 1f / 256))).isEqualTo(1f);
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(1 + 3f / 256))).isEqualTo(1 + 4f / 256);
        assertThat(HalfFloats.fromF16(HalfFloats.toF16(1 + 1f / 2048))).isEqualTo(1f);
        assertThat(HalfFloats.fromF16(HalfFloats.toF16(1 + 3f / 2048))).isEqualTo(1 + 4f / 2048);
    }

    @Test
    void rangeEndsAtInfinityAndNanStaysNan() {
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(Float.MAX_VALUE))).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(HalfFloats.fromF16(HalfFloats.toF16(65520f))).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(HalfFloats.fromF16(HalfFloats.toF16(65519f))).isEqualTo(65504f);
        float nanInLowHalf = Float.intBitsToFloat(0x7F800001);
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(nanInLowHalf))).isNaN();
        assertThat(HalfFloats.toBf16(-0f)).isEqualTo((short) 0x8000);
    }

    @Property
    void noOtherBfloatIsNearer(@ForAll float value) {
        short nearest = HalfFloats.toBf16(value);
        double error = Math.abs((double) HalfFloats.fromBf16(nearest) - value);
        for (int step : new int[] {-1, 1}) {
            float other = HalfFloats.fromBf16((short) (nearest + step));
            if (Float.isFinite(other) && Double.isFinite(error)) {
                assertThat(error).isLessThanOrEqualTo(Math.abs((double) other - value));
            }
        }
    }

    @Test
    void valuesKeepTheirLeadingBits() {
        for (float value : new float[] {1f, -2.5f, 0.1f}) {
            assertThat(HalfFloats.fromF16(HalfFloats.toF16(value))).isCloseTo(value, within(Math.abs(value) / 256));
            assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(value))).isCloseTo(value, within(Math.abs(value) / 256));
        }
    }
}
