package org.unmute.kernels.vector.audio;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Natural logarithm in float64. With x = 2ᵉ m and m between √½ and √2, {@code ln m = 2 artanh s}, s = (m - 1) /
 * (m + 1), by its series up to s¹⁹, accurate to some 10⁻¹⁵.
 */
final class DoubleLog {
    private static final double ROOT_HALF = Math.sqrt(0.5);
    private static final long ONE = Double.doubleToRawLongBits(1);
    private static final long TO_NEXT = ONE - Double.doubleToRawLongBits(ROOT_HALF);
    private static final int MANTISSA = 52;
    /** A constant that, combined by OR with an integer below 2⁵², gives the double of that integer plus 2⁵². */
    private static final double WHOLE = 0x1p52;

    private static final double BIAS = WHOLE + 1023;
    private static final int TERMS = 9;

    private DoubleLog() {}

    /**
     * Replaces x by {@code ln max(x, floor)}; infinity and NaN map to themselves.
     *
     * @param x padded to whole vectors. Modified.
     * @param floor positive and normal
     */
    static void ofMax(double floor, double[] x) {
        for (int at = 0; at < x.length; at += Fourier.LANES) {
            DoubleVector v = DoubleVector.fromArray(Fourier.D, x, at).max(floor);
            LongVector bits = v.reinterpretAsLongs();
            LongVector biased = bits.add(TO_NEXT).lanewise(VectorOperators.LSHR, MANTISSA);
            DoubleVector m = bits.sub(biased.lanewise(VectorOperators.LSHL, MANTISSA))
                    .add(ONE)
                    .reinterpretAsDoubles();
            DoubleVector e = biased.lanewise(VectorOperators.OR, Double.doubleToRawLongBits(WHOLE))
                    .reinterpretAsDoubles()
                    .sub(BIAS);
            DoubleVector s = m.sub(1).div(m.add(1));
            DoubleVector z = s.mul(s);
            DoubleVector sum = DoubleVector.broadcast(Fourier.D, 2.0 / (2 * TERMS + 1));
            for (int i = TERMS - 1; i >= 0; i--) {
                sum = sum.fma(z, DoubleVector.broadcast(Fourier.D, 2.0 / (2 * i + 1)));
            }
            DoubleVector y = e.fma(DoubleVector.broadcast(Fourier.D, Math.log(2)), s.mul(sum));
            v.blend(y, v.lt(Double.POSITIVE_INFINITY)).intoArray(x, at);
        }
    }
}
