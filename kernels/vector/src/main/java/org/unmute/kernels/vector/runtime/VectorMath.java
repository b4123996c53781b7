package org.unmute.kernels.vector.runtime;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.unmute.kernels.vector.runtime.Lanes.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions of float32 vectors. Polynomials are minimax approximations with a relative error below 1e-8 (Φ:
 * 6e-8). NaN and ±∞ give the results that {@code Unary} defines; denormal results are rounded, not flushed to zero. The
 * contract suite holds every function to 4 ulp.
 *
 * <p>Coefficients are scalars, broadcast where they are used; the compiler hoists broadcasts out of loops. Broadcasts
 * call the JDK method: in a large loop the compiler does not inline other methods, and then every vector is boxed. A
 * vector in a constant field is a boxed object: its lanes are loaded again after every store to a float array, and
 * straddle two cache lines. Bounds use comparisons and blends, because {@code max} and {@code min} must order zeros and
 * propagate NaN, which takes seven instructions.
 */
public final class VectorMath {
    private static final float MINUS_HALF = -0.5f;

    private static final float LOG2_E = 1.44269504088896341f;
    /** ln 2 in two parts; the first has few bits, so that its multiples are exact. */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440054690583e-4f;
    private static final float MINUS_LN2_HIGH = -0.693359375f;
    private static final float MINUS_LN2_LOW = 2.12194440054690583e-4f;
    /** Adding this constant to a float leaves the rounded integer in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(0x1.8p23f);
    private static final int FRACTION_BITS = 23;
    private static final int ONE_BITS = 0x3f800000;
    private static final int RAISED_ONE_BITS = Float.floatToRawIntBits(0x1p64f);
    private static final float LOWERED = 0x1p-64f;
    /** Exponents are clamped to this one, whose power of two becomes the factor 0. */
    private static final int MIN_POWER = -127;
    /** eˣ is 0 below the first bound and ∞ above the second. */
    private static final float EXP_MIN = -104f;

    private static final float EXP_MAX = 89f;
    private static final float EXP_2 = 4.999999404e-01f;
    private static final float EXP_3 = 1.666651964e-01f;
    private static final float EXP_4 = 4.166839644e-02f;
    private static final float EXP_5 = 8.368796669e-03f;
    private static final float EXP_6 = 1.381443348e-03f;

    private static final int SQRT_HALF_BITS = Float.floatToRawIntBits(0.70710678f);
    private static final float LOG_3 = 3.333331347e-01f;
    private static final float LOG_4 = -2.500000894e-01f;
    private static final float LOG_5 = 2.000211924e-01f;
    private static final float LOG_6 = -1.666799635e-01f;
    private static final float LOG_7 = 1.421955228e-01f;
    private static final float LOG_8 = -1.240558922e-01f;
    private static final float LOG_9 = 1.188816205e-01f;
    private static final float LOG_10 = -1.167565212e-01f;
    private static final float LOG_11 = 6.746640056e-02f;

    private static final float TANH_NEAR = 0.625f;
    private static final float TANH_3 = -3.333325982e-01f;
    private static final float TANH_5 = 1.333083063e-01f;
    private static final float TANH_7 = -5.368802324e-02f;
    private static final float TANH_9 = 2.046941966e-02f;
    private static final float TANH_11 = -5.515164230e-03f;

    private static final float SQUARE_LIMIT = 15f;
    private static final float INV_SQRT_2PI = 0.3989422804f;
    private static final float PHI_SCALE = 0.3f;
    private static final float PHI_0 = 7.372377240e-06f;
    private static final float PHI_1 = 1.194842085e-01f;
    private static final float PHI_2 = 1.219452620e-01f;
    private static final float PHI_3 = 9.458586574e-02f;
    private static final float PHI_4 = 1.427652687e-01f;
    private static final float PHI_5 = -7.683964819e-02f;
    private static final float PHI_6 = 2.289517671e-01f;
    private static final float PHI_7 = -1.693074554e-01f;
    private static final float PHI_8 = 3.840739280e-02f;

    private static final float CUBIC = 0.044715f;
    private static final float THREE_CUBIC = 3 * CUBIC;
    private static final float TWO_SQRT_2_OVER_PI = 2 * 0.7978845608f;
    private static final float FLAT = 20f;

    private VectorMath() {}

    /** eˣ */
    public static FloatVector exp(FloatVector x) {
        FloatVector t = x.blend(EXP_MIN, x.lt(EXP_MIN));
        t = t.blend(EXP_MAX, t.compare(VectorOperators.GT, EXP_MAX));
        FloatVector rounded = t.fma(broadcast(F, LOG2_E), broadcast(F, ROUNDER));
        FloatVector p = expOfRemainder(t, rounded.sub(ROUNDER));
        // Two factors, since 2ⁿ alone over- or underflows at the ends of the range.
        IntVector power = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = power.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
    }

    /**
     * eˣ for x ≤ 0 (or NaN): the bits of {@link #exp} in half the time, because 2ⁿ⁺⁶⁴ is always a normal
     * float.
     */
    public static FloatVector expOfNegative(FloatVector x) {
        FloatVector rounded = x.fma(broadcast(F, LOG2_E), broadcast(F, ROUNDER));
        FloatVector p = expOfRemainder(x, rounded.sub(ROUNDER));
        // The shift removes the rounder.
        IntVector power = rounded.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, FRACTION_BITS)
                .add(RAISED_ONE_BITS);
        return p.mul(power.reinterpretAsFloats()).mul(LOWERED).blend(0f, x.lt(EXP_MIN));
    }

    /** Bound on the exponents of {@link #expOver}; larger floats have hardly any fraction bits. */
    public static final float MAX_EXPONENT = 0x1p20f;

    /** The binary exponent of {@code eˣ}, {@code |x| < MAX_EXPONENT}. */
    public static int power(float x) {
        return Float.floatToRawIntBits(Math.fma(x, LOG2_E, ROUNDER)) - ROUNDER_BITS;
    }

    /**
     * {@code eˣ / 2^power}, where power is {@link #power} of a value not below x; 0 if the result is below 2⁻¹²⁶.
     * Unlike {@code exp(x - max)} the result can be rescaled exactly to another power, so a device that finds the
     * maximum on the way gets the same bits.
     *
     * @param min a smaller x, including -∞, gives 0
     */
    public static FloatVector expOver(FloatVector x, int power, float min) {
        FloatVector rounded = x.fma(broadcast(F, LOG2_E), broadcast(F, ROUNDER));
        FloatVector p = expOfRemainder(x, rounded.sub(ROUNDER));
        IntVector n = rounded.reinterpretAsInts().sub(ROUNDER_BITS + power).max(MIN_POWER);
        return p.mul(powerOfTwo(n)).blend(0f, x.lt(min));
    }

    /** {@code exp(t - n ln 2)} for an integer n with {@code |t - n ln 2| <= ln 2 / 2}. */
    private static FloatVector expOfRemainder(FloatVector t, FloatVector n) {
        FloatVector r = n.fma(broadcast(F, MINUS_LN2_LOW), n.fma(broadcast(F, MINUS_LN2_HIGH), t));
        FloatVector q = broadcast(F, EXP_6)
                .fma(r, broadcast(F, EXP_5))
                .fma(r, broadcast(F, EXP_4))
                .fma(r, broadcast(F, EXP_3))
                .fma(r, broadcast(F, EXP_2));
        return q.fma(r.mul(r), r).add(1f);
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.lanewise(VectorOperators.LSHL, FRACTION_BITS).add(ONE_BITS).reinterpretAsFloats();
    }

    /** ln x */
    public static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.lt(Float.MIN_NORMAL);
        FloatVector y = x.blend(x.mul(0x1p23f), tiny);
        // Split x = 2ⁿ m with m from √½ to √2.
        IntVector bits = y.reinterpretAsInts();
        IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, FRACTION_BITS);
        FloatVector m =
                bits.sub(exponent.lanewise(VectorOperators.LSHL, FRACTION_BITS)).reinterpretAsFloats();
        FloatVector n = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
        n = n.blend(n.sub(FRACTION_BITS), tiny);
        FloatVector f = m.sub(1f);
        FloatVector ff = f.mul(f);
        FloatVector q = broadcast(F, LOG_11)
                .fma(f, broadcast(F, LOG_10))
                .fma(f, broadcast(F, LOG_9))
                .fma(f, broadcast(F, LOG_8))
                .fma(f, broadcast(F, LOG_7))
                .fma(f, broadcast(F, LOG_6))
                .fma(f, broadcast(F, LOG_5))
                .fma(f, broadcast(F, LOG_4))
                .fma(f, broadcast(F, LOG_3));
        FloatVector small = q.mul(f).fma(ff, n.mul(LN2_LOW));
        FloatVector result = n.fma(
                broadcast(F, LN2_HIGH), ff.fma(broadcast(F, MINUS_HALF), small).add(f));
        result = result.blend(Float.NEGATIVE_INFINITY, x.eq(0f));
        result = result.blend(Float.NaN, x.lt(0f));
        // ∞ and NaN map to themselves; -∞ has already become NaN.
        return result.blend(x, x.lt(Float.POSITIVE_INFINITY).not());
    }

    /** tanh x: a polynomial near 0, elsewhere 1 - 2 / (e²ˣ + 1). */
    public static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector xx = x.mul(x);
        FloatVector q = broadcast(F, TANH_11)
                .fma(xx, broadcast(F, TANH_9))
                .fma(xx, broadcast(F, TANH_7))
                .fma(xx, broadcast(F, TANH_5))
                .fma(xx, broadcast(F, TANH_3));
        FloatVector near = q.mul(xx).fma(x, x);
        FloatVector far =
                broadcast(F, 1f).sub(broadcast(F, 2f).div(exp(a.add(a)).add(1f)));
        return far.blend(far.neg(), x.lt(0f)).blend(near, a.lt(TANH_NEAR));
    }

    /** 1 / (1 + e⁻ˣ) */
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector e = expOfNegative(x.abs().neg());
        return broadcast(F, 1f).blend(e, x.lt(0f)).div(e.add(1f));
    }

    /** ln sigmoid(x). The rounding error of {@code 1 + e⁻ˡˣˡ}, divided by the sum, corrects the logarithm. */
    public static FloatVector logSigmoid(FloatVector x) {
        FloatVector e = expOfNegative(x.abs().neg());
        FloatVector sum = e.add(1f);
        FloatVector correction = e.sub(sum.sub(1f)).div(sum);
        return x.min(0f).sub(log(sum).add(correction));
    }

    /** x sigmoid(x) */
    public static FloatVector silu(FloatVector x) {
        return x.mul(sigmoid(x));
    }

    /** x Φ(x) with the normal distribution Φ, with a small relative error in the left tail too. */
    public static FloatVector gelu(FloatVector x) {
        return x.mul(normalCdf(x, halfSquareExp(x)));
    }

    /** Φ(x) + x φ(x), the derivative of {@link #gelu}. */
    public static FloatVector geluDerivative(FloatVector x) {
        FloatVector e = halfSquareExp(x);
        return x.mul(e).fma(broadcast(F, INV_SQRT_2PI), normalCdf(x, e));
    }

    /** exp(-x²/2), corrected for the rounding error of x². */
    private static FloatVector halfSquareExp(FloatVector x) {
        FloatVector a = x.abs();
        a = a.blend(SQUARE_LIMIT, a.compare(VectorOperators.GT, SQUARE_LIMIT));
        FloatVector square = a.mul(a);
        FloatVector error = a.fma(a, square.neg());
        FloatVector e = expOfNegative(square.mul(MINUS_HALF));
        return e.mul(error).fma(broadcast(F, MINUS_HALF), e);
    }

    /** Φ(-a) = exp(-a²/2) P(1 / (1 + 0.3 a)) for a ≥ 0, and Φ(a) = 1 - Φ(-a). */
    private static FloatVector normalCdf(FloatVector x, FloatVector halfSquareExp) {
        FloatVector t = broadcast(F, 1f).div(x.abs().fma(broadcast(F, PHI_SCALE), broadcast(F, 1f)));
        FloatVector p = broadcast(F, PHI_8)
                .fma(t, broadcast(F, PHI_7))
                .fma(t, broadcast(F, PHI_6))
                .fma(t, broadcast(F, PHI_5))
                .fma(t, broadcast(F, PHI_4))
                .fma(t, broadcast(F, PHI_3))
                .fma(t, broadcast(F, PHI_2))
                .fma(t, broadcast(F, PHI_1))
                .fma(t, broadcast(F, PHI_0));
        FloatVector left = p.mul(halfSquareExp);
        return broadcast(F, 1f).sub(left).blend(left, x.lt(0f));
    }

    /** ½ x (1 + tanh u) = x sigmoid(2u) with u = √(2/π) (x + 0.044715 x³). */
    public static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(geluInner(x)));
    }

    private static FloatVector geluInner(FloatVector x) {
        return x.mul(x).fma(broadcast(F, CUBIC), broadcast(F, 1f)).mul(x).mul(TWO_SQRT_2_OVER_PI);
    }

    /** The derivative of {@link #geluTanh}. */
    public static FloatVector geluTanhDerivative(FloatVector x) {
        // Beyond 20 the sigmoid is flat and the slope has no effect; it must not overflow.
        FloatVector near = x.blend(-FLAT, x.lt(-FLAT));
        near = near.blend(FLAT, near.compare(VectorOperators.GT, FLAT));
        FloatVector slope =
                near.mul(near).fma(broadcast(F, THREE_CUBIC), broadcast(F, 1f)).mul(TWO_SQRT_2_OVER_PI);
        return timesSigmoidDerivative(x, geluInner(x), slope);
    }

    /** The derivative of {@link #silu}. */
    public static FloatVector siluDerivative(FloatVector x) {
        return timesSigmoidDerivative(x, x, broadcast(F, 1f));
    }

    /**
     * {@code s + x s (1 - s) slope} with s = sigmoid(v); 1 - s is not computed as a difference, to avoid cancellation.
     */
    private static FloatVector timesSigmoidDerivative(FloatVector x, FloatVector v, FloatVector slope) {
        FloatVector e = expOfNegative(v.abs().neg());
        FloatVector r = broadcast(F, 1f).div(e.add(1f));
        FloatVector er = e.mul(r);
        FloatVector s = r.blend(er, v.lt(0f));
        return x.mul(er.mul(r)).fma(slope, s);
    }
}
