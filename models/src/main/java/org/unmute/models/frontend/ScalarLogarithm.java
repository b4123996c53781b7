package org.unmute.models.frontend;

/**
 * Natural logarithm in float64. With x = 2ᵉ m and m between √½ and √2, {@code ln m = 2 artanh s}, s = (m - 1) / (m +
 * 1), by the series up to s¹⁹, with an error of about 10⁻¹⁵. The vector backend performs the same operations.
 */
public final class ScalarLogarithm {
    private static final long ONE = Double.doubleToRawLongBits(1);
    private static final long TO_NEXT = ONE - Double.doubleToRawLongBits(Math.sqrt(0.5));
    private static final int MANTISSA = 52;
    private static final int BIAS = 1023;
    private static final double LN_2 = Math.log(2);
    private static final int TERMS = 9;
    private static final double[] FACTORS = new double[TERMS + 1];

    static {
        for (int i = 0; i <= TERMS; i++) {
            FACTORS[i] = 2.0 / (2 * i + 1);
        }
    }

    private ScalarLogarithm() {}

    /** The logarithm of a positive normal number; infinity gives infinity, NaN gives NaN. */
    static double of(double x) {
        if (!(x < Double.POSITIVE_INFINITY)) {
            return x;
        }
        long bits = Double.doubleToRawLongBits(x);
        long biased = bits + TO_NEXT >>> MANTISSA;
        double m = Double.longBitsToDouble(bits - (biased << MANTISSA) + ONE);
        double s = (m - 1) / (m + 1);
        double z = s * s;
        double sum = FACTORS[TERMS];
        for (int i = TERMS - 1; i >= 0; i--) {
            sum = Math.fma(sum, z, FACTORS[i]);
        }
        return Math.fma((double) (biased - BIAS), LN_2, s * sum);
    }
}
