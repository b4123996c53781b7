package org.unmute.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of a vector in float32. Polynomials are minimax fits of relative error below 1e-8 (Φ: 6e-8). NaN and ±∞ give
 * what the definitions in {@code Unary} give; tiny results are rounded, not flushed to zero. The contract suite holds every
 * function to 4 ulp.
 *
 * <p>Coefficients are vectors in constant fields: broadcasting each where it is used makes the long functions exceed the
 * compiler's limit for inlining, and then every vector becomes an object.
 */
final class VectorMath {
    private static final FloatVector ONE = c(1f);
    private static final FloatVector TWO = c(2f);
    private static final FloatVector MINUS_HALF = c(-0.5f);

    private static final FloatVector LOG2_E = c(1.44269504088896341f);
    /** ln 2 in two parts; the first has few bits, so that n times it is exact. */
    private static final FloatVector LN2_HIGH = c(0.693359375f);
    private static final FloatVector LN2_LOW = c(-2.12194440054690583e-4f);
    private static final FloatVector MINUS_LN2_HIGH = c(-0.693359375f);
    private static final FloatVector MINUS_LN2_LOW = c(2.12194440054690583e-4f);
    /** Adding this rounds to an integer, which then stands in the low bits. */
    private static final FloatVector ROUNDER = c(0x1.8p23f);
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(0x1.8p23f);
    private static final int FRACTION_BITS = 23;
    private static final int ONE_BITS = 0x3f800000;
    /** Beyond these eˣ is 0 and ∞. */
    private static final FloatVector EXP_LEAST = c(-104f);
    private static final FloatVector EXP_GREATEST = c(89f);
    private static final FloatVector EXP_2 = c(4.999999404e-01f);
    private static final FloatVector EXP_3 = c(1.666651964e-01f);
    private static final FloatVector EXP_4 = c(4.166839644e-02f);
    private static final FloatVector EXP_5 = c(8.368796669e-03f);
    private static final FloatVector EXP_6 = c(1.381443348e-03f);

    private static final int SQRT_HALF_BITS = Float.floatToRawIntBits(0.70710678f);
    private static final FloatVector LOG_3 = c(3.333331347e-01f);
    private static final FloatVector LOG_4 = c(-2.500000894e-01f);
    private static final FloatVector LOG_5 = c(2.000211924e-01f);
    private static final FloatVector LOG_6 = c(-1.666799635e-01f);
    private static final FloatVector LOG_7 = c(1.421955228e-01f);
    private static final FloatVector LOG_8 = c(-1.240558922e-01f);
    private static final FloatVector LOG_9 = c(1.188816205e-01f);
    private static final FloatVector LOG_10 = c(-1.167565212e-01f);
    private static final FloatVector LOG_11 = c(6.746640056e-02f);

    private static final FloatVector TANH_NEAR = c(0.625f);
    private static final FloatVector TANH_3 = c(-3.333325982e-01f);
    private static final FloatVector TANH_5 = c(1.333083063e-01f);
    private static final FloatVector TANH_7 = c(-5.368802324e-02f);
    private static final FloatVector TANH_9 = c(2.046941966e-02f);
    private static final FloatVector TANH_11 = c(-5.515164230e-03f);

    private static final FloatVector SQUARE_LIMIT = c(15f);
    private static final FloatVector INV_SQRT_2PI = c(0.3989422804f);
    private static final FloatVector PHI_SCALE = c(0.3f);
    private static final FloatVector PHI_0 = c(7.372377240e-06f);
    private static final FloatVector PHI_1 = c(1.194842085e-01f);
    private static final FloatVector PHI_2 = c(1.219452620e-01f);
    private static final FloatVector PHI_3 = c(9.458586574e-02f);
    private static final FloatVector PHI_4 = c(1.427652687e-01f);
    private static final FloatVector PHI_5 = c(-7.683964819e-02f);
    private static final FloatVector PHI_6 = c(2.289517671e-01f);
    private static final FloatVector PHI_7 = c(-1.693074554e-01f);
    private static final FloatVector PHI_8 = c(3.840739280e-02f);

    private static final float GELU_CUBIC = 0.044715f;
    private static final FloatVector CUBIC = c(GELU_CUBIC);
    private static final FloatVector THREE_CUBIC = c(3 * GELU_CUBIC);
    private static final FloatVector TWO_SQRT_2_OVER_PI = c(2 * 0.7978845608f);
    private static final FloatVector FLAT = c(20f);
    private static final FloatVector MINUS_FLAT = c(-20f);

    private VectorMath() {}

    private static FloatVector c(float value) {
        return FloatVector.broadcast(Lanes.F, value);
    }

    /** eˣ */
    static FloatVector exp(FloatVector x) {
        FloatVector t = x.max(EXP_LEAST).min(EXP_GREATEST);
        FloatVector rounded = t.fma(LOG2_E, ROUNDER);
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, t));
        FloatVector q = EXP_6.fma(r, EXP_5).fma(r, EXP_4).fma(r, EXP_3).fma(r, EXP_2);
        FloatVector p = q.fma(r.mul(r), r).add(ONE);
        // Two factors, since 2ⁿ alone is no float at either end of the range.
        IntVector power = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = power.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
    }

    /** Up to here {@link #expOver} takes exponents; numbers beyond have no digits behind the point to speak of. */
    static final float MOST_EXPONENT = 0x1p20f;

    /** The power of two in {@code eˣ}, {@code |x| < MOST_EXPONENT}. */
    static int power(float x) {
        return Float.floatToRawIntBits(Math.fma(x, 1.44269504088896341f, 0x1.8p23f)) - ROUNDER_BITS;
    }

    /**
     * {@code eˣ / 2^power} where power is {@link #power} of an x at least as great: 0 if below 2⁻¹²⁶. Unlike {@code exp(x - greatest)} it
     * takes another power by an exact factor, so that a device which learns of the greatest x on the way gets the same bits.
     */
    static FloatVector expOver(FloatVector x, int power) {
        FloatVector rounded = x.fma(LOG2_E, ROUNDER);
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
        FloatVector q = EXP_6.fma(r, EXP_5).fma(r, EXP_4).fma(r, EXP_3).fma(r, EXP_2);
        FloatVector p = q.fma(r.mul(r), r).add(ONE);
        return p.mul(powerOfTwo(rounded.reinterpretAsInts().sub(ROUNDER_BITS + power).max(-127)));
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.lanewise(VectorOperators.LSHL, FRACTION_BITS).add(ONE_BITS).reinterpretAsFloats();
    }

    /** ln x */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.lt(Float.MIN_NORMAL);
        FloatVector y = x.blend(x.mul(0x1p23f), tiny);
        // Split x = 2ⁿ m with m from √½ to √2.
        IntVector bits = y.reinterpretAsInts();
        IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, FRACTION_BITS);
        FloatVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, FRACTION_BITS)).reinterpretAsFloats();
        FloatVector n = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
        n = n.blend(n.sub(FRACTION_BITS), tiny);
        FloatVector f = m.sub(ONE);
        FloatVector ff = f.mul(f);
        FloatVector q = LOG_11.fma(f, LOG_10).fma(f, LOG_9).fma(f, LOG_8).fma(f, LOG_7).fma(f, LOG_6).fma(f, LOG_5)
                .fma(f, LOG_4).fma(f, LOG_3);
        FloatVector small = q.mul(f).fma(ff, n.mul(LN2_LOW));
        FloatVector result = n.fma(LN2_HIGH, ff.fma(MINUS_HALF, small).add(f));
        result = result.blend(Float.NEGATIVE_INFINITY, x.eq(0f));
        result = result.blend(Float.NaN, x.lt(0f));
        // ∞ and NaN stay what they are; -∞ has become NaN above.
        return result.blend(x, x.lt(Float.POSITIVE_INFINITY).not());
    }

    /** tanh x: a polynomial near 0, elsewhere 1 - 2 / (e²ˣ + 1). */
    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector xx = x.mul(x);
        FloatVector q = TANH_11.fma(xx, TANH_9).fma(xx, TANH_7).fma(xx, TANH_5).fma(xx, TANH_3);
        FloatVector near = q.mul(xx).fma(x, x);
        FloatVector far = ONE.sub(TWO.div(exp(a.add(a)).add(ONE)));
        return far.blend(far.neg(), x.lt(0f)).blend(near, a.lt(TANH_NEAR));
    }

    /** 1 / (1 + e⁻ˣ) */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        return ONE.blend(e, x.lt(0f)).div(e.add(ONE));
    }

    /** ln sigmoid(x). {@code 1 + e⁻ˡˣˡ} is rounded; what that lost, over the sum, is what its logarithm lacks. */
    static FloatVector logSigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector sum = e.add(ONE);
        FloatVector lost = e.sub(sum.sub(ONE)).div(sum);
        return x.min(0f).sub(log(sum).add(lost));
    }

    /** x sigmoid(x) */
    static FloatVector silu(FloatVector x) {
        return x.mul(sigmoid(x));
    }

    /** x Φ(x) with the normal distribution Φ, relatively accurate also in the left tail. */
    static FloatVector gelu(FloatVector x) {
        return x.mul(normalCdf(x, halfSquareExp(x)));
    }

    /** Φ(x) + x φ(x), the derivative of {@link #gelu}. */
    static FloatVector geluDerivative(FloatVector x) {
        FloatVector e = halfSquareExp(x);
        return x.mul(e).fma(INV_SQRT_2PI, normalCdf(x, e));
    }

    /** exp(-x²/2) with the rounding error of x² put right. */
    private static FloatVector halfSquareExp(FloatVector x) {
        FloatVector a = x.abs().min(SQUARE_LIMIT);
        FloatVector square = a.mul(a);
        FloatVector lost = a.fma(a, square.neg());
        FloatVector e = exp(square.mul(MINUS_HALF));
        return e.mul(lost).fma(MINUS_HALF, e);
    }

    /** Φ(-a) = exp(-a²/2) P(1 / (1 + 0.3 a)) for a ≥ 0, and Φ(a) = 1 - Φ(-a). */
    private static FloatVector normalCdf(FloatVector x, FloatVector halfSquareExp) {
        FloatVector t = ONE.div(x.abs().fma(PHI_SCALE, ONE));
        FloatVector p = PHI_8.fma(t, PHI_7).fma(t, PHI_6).fma(t, PHI_5).fma(t, PHI_4).fma(t, PHI_3).fma(t, PHI_2)
                .fma(t, PHI_1).fma(t, PHI_0);
        FloatVector left = p.mul(halfSquareExp);
        return ONE.sub(left).blend(left, x.lt(0f));
    }

    /** ½ x (1 + tanh u) = x sigmoid(2u) with u = √(2/π) (x + 0.044715 x³). */
    static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(geluInner(x)));
    }

    private static FloatVector geluInner(FloatVector x) {
        return x.mul(x).fma(CUBIC, ONE).mul(x).mul(TWO_SQRT_2_OVER_PI);
    }

    /** The derivative of {@link #geluTanh}. */
    static FloatVector geluTanhDerivative(FloatVector x) {
        // Beyond 20 the sigmoid is flat and the slope counts for nothing; it must not overflow there.
        FloatVector near = x.max(MINUS_FLAT).min(FLAT);
        FloatVector slope = near.mul(near).fma(THREE_CUBIC, ONE).mul(TWO_SQRT_2_OVER_PI);
        return timesSigmoidDerivative(x, geluInner(x), slope);
    }

    /** The derivative of {@link #silu}. */
    static FloatVector siluDerivative(FloatVector x) {
        return timesSigmoidDerivative(x, x, ONE);
    }

    /** {@code s + x s (1 - s) slope} with s = sigmoid(v); 1 - s is not taken as a difference, which would cancel. */
    private static FloatVector timesSigmoidDerivative(FloatVector x, FloatVector v, FloatVector slope) {
        FloatVector e = exp(v.abs().neg());
        FloatVector r = ONE.div(e.add(ONE));
        FloatVector er = e.mul(r);
        FloatVector s = r.blend(er, v.lt(0f));
        return x.mul(er.mul(r)).fma(slope, s);
    }
}
