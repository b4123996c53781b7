package org.unmute.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ErrorFunctionTest {
    /** {@code x}, {@code erf(x)}, {@code erfc(x)}, rounded from forty digits. */
    private static final double[][] VALUES = {
        {0.0, 0.0, 1.0},
        {1e-300, 1.1283791670955126e-300, 1.0},
        {1e-10, 1.1283791670955126e-10, 0.999999999887162},
        {0.1, 0.1124629160182849, 0.887537083981715},
        {0.25, 0.27632639016823696, 0.7236736098317631},
        {0.4999, 0.5204119951613866, 0.4795880048386134},
        {0.5, 0.5204998778130465, 0.4795001221869535},
        {0.75, 0.7111556336535151, 0.28884436634648486},
        {1.0, 0.8427007929497149, 0.15729920705028513},
        {1.5, 0.9661051464753108, 0.033894853524689274},
        {1.9999, 0.9953201979070294, 0.004679802092970608},
        {2.0, 0.9953222650189527, 0.004677734981047266},
        {2.0001, 0.9953243313041966, 0.0046756686958033394},
        {2.5, 0.999593047982555, 0.0004069520174449589},
        {3.0, 0.9999779095030014, 2.209049699858544e-05},
        {4.0, 0.9999999845827421, 1.541725790028002e-08},
        {5.5, 0.9999999999999927, 7.357847917974398e-15},
        {10.0, 1.0, 2.088487583762545e-45},
        {20.0, 1.0, 5.395865611607901e-176},
        {26.0, 1.0, 5.663192408856143e-296},
        {-0.3, -0.3286267594591274, 1.3286267594591274},
        {-1.0, -0.8427007929497149, 1.8427007929497148},
        {-2.7, -0.9998656672600594, 1.9998656672600594},
    };

    @Test
    void agreesWithHighPrecision() {
        for (double[] v : VALUES) {
            assertThat(ErrorFunction.erf(v[0])).as("erf(%s)", v[0]).isCloseTo(v[1], within(4 * Math.ulp(v[1])));
            assertThat(ErrorFunction.erfc(v[0])).as("erfc(%s)", v[0]).isCloseTo(v[2], within(1e-15));
        }
    }

    @Test
    void keepsRelativePrecisionInTheTail() {
        for (double[] v : VALUES) {
            if (v[0] >= 2) {
                assertThat(ErrorFunction.erfc(v[0]) / v[2]).as("erfc(%s)", v[0]).isCloseTo(1, within(2e-13));
            }
        }
    }

    @Test
    void endsAreExact() {
        assertThat(ErrorFunction.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(ErrorFunction.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(ErrorFunction.erfc(Double.POSITIVE_INFINITY)).isZero();
        assertThat(ErrorFunction.erfc(Double.NEGATIVE_INFINITY)).isEqualTo(2);
        assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
        assertThat(ErrorFunction.erfc(Double.NaN)).isNaN();
        assertThat(Double.doubleToRawLongBits(ErrorFunction.erf(-0.0))).isEqualTo(Double.doubleToRawLongBits(-0.0));
    }
}
