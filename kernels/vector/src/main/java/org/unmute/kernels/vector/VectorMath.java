package org.unmute.kernels.vector;

import static org.unmute.kernels.vector.Lanes.all;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of a vector in float32. Polynomials are minimax fits of relative error below 1e-8 (Φ: 6e-8); the error of each
 * function as a whole stands beside it, in units of the last place (ulp), largest over all floats tried in the tests. NaN
 * and ±∞ give what the definitions in {@code Unary} give; tiny results are rounded, not flushed to zero.
 */
final class VectorMath {
    private static final float LOG2_E = 1.44269504088896341f;
    /** ln 2 in two parts; the first has few bits, so that n · LN2_HIGH is exact. */
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440054690583e-4f;
    /** Adding this rounds to an integer, which then stands in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    private static final int FRACTION_BITS = 23;
    private static final int ONE_BITS = 0x3f800000;
    /** Beyond these eˣ is 0 and ∞. */
    private static final float EXP_LEAST = -104f;
    private static final float EXP_GREATEST = 89f;
    private static final float SQRT_HALF = 0.70710678f;
    private static final float SQRT_2_OVER_PI = 0.7978845608f;
    private static final float INV_SQRT_2PI = 0.3989422804f;
    private static final float GELU_CUBIC = 0.044715f;

    private VectorMath() {}

    /** eˣ, 1.5 ulp. */
    static FloatVector exp(FloatVector x) {
        FloatVector t = x.max(EXP_LEAST).min(EXP_GREATEST);
        FloatVector rounded = t.fma(all(LOG2_E), all(ROUNDER));
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.fma(all(-LN2_LOW), n.fma(all(-LN2_HIGH), t));
        FloatVector q = all(1.381443348e-03f).fma(r, all(8.368796669e-03f)).fma(r, all(4.166839644e-02f))
                .fma(r, all(1.666651964e-01f)).fma(r, all(4.999999404e-01f));
        FloatVector p = q.fma(r.mul(r), r).add(1f);
        // Two factors, since 2ⁿ alone is no float at either end of the range.
        IntVector power = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = power.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.lanewise(VectorOperators.LSHL, FRACTION_BITS).add(ONE_BITS).reinterpretAsFloats();
    }

    /** ln x, 1 ulp. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.lt(Float.MIN_NORMAL);
        FloatVector y = x.blend(x.mul(0x1p23f), tiny);
        // Split x = 2ⁿ m with m from √½ to √2.
        IntVector bits = y.reinterpretAsInts();
        IntVector shifted = bits.sub(Float.floatToRawIntBits(SQRT_HALF));
        IntVector exponent = shifted.lanewise(VectorOperators.ASHR, FRACTION_BITS);
        FloatVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, FRACTION_BITS)).reinterpretAsFloats();
        FloatVector n = ((FloatVector) exponent.convert(VectorOperators.I2F, 0));
        n = n.blend(n.sub(FRACTION_BITS), tiny);
        FloatVector f = m.sub(1f);
        FloatVector ff = f.mul(f);
        FloatVector q = all(6.746640056e-02f).fma(f, all(-1.167565212e-01f)).fma(f, all(1.188816205e-01f))
                .fma(f, all(-1.240558922e-01f)).fma(f, all(1.421955228e-01f)).fma(f, all(-1.666799635e-01f))
                .fma(f, all(2.000211924e-01f)).fma(f, all(-2.500000894e-01f)).fma(f, all(3.333331347e-01f));
        FloatVector small = q.mul(f).fma(ff, n.mul(LN2_LOW));
        FloatVector y0 = n.fma(all(LN2_HIGH), ff.fma(all(-0.5f), small).add(f));
        y0 = y0.blend(Float.NEGATIVE_INFINITY, x.eq(0f));
        y0 = y0.blend(Float.NaN, x.lt(0f));
        // ∞ and NaN stay what they are.
        return y0.blend(x, x.lt(Float.POSITIVE_INFINITY).not());
    }

    /** tanh x, 2 ulp. */
    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector xx = x.mul(x);
        FloatVector q = all(-5.515164230e-03f).fma(xx, all(2.046941966e-02f)).fma(xx, all(-5.368802324e-02f))
                .fma(xx, all(1.333083063e-01f)).fma(xx, all(-3.333325982e-01f));
        FloatVector near = q.mul(xx).fma(x, x);
        FloatVector far = all(1f).sub(all(2f).div(exp(a.add(a)).add(1f)));
        far = far.blend(far.neg(), x.lt(0f));
        return far.blend(near, a.lt(0.625f));
    }

    /** 1 / (1 + e⁻ˣ), 2.5 ulp. */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector numerator = all(1f).blend(e, x.lt(0f));
        return numerator.div(e.add(1f));
    }

    /** x sigmoid(x), 3 ulp. */
    static FloatVector silu(FloatVector x) {
        return x.mul(sigmoid(x));
    }

    /** x Φ(x) with the normal distribution Φ, 4 ulp also in the left tail. */
    static FloatVector gelu(FloatVector x) {
        return x.mul(normalCdf(x, halfSquareExp(x)));
    }

    /** Φ(x) + x φ(x), the derivative of {@link #gelu}. */
    static FloatVector geluDerivative(FloatVector x) {
        FloatVector e = halfSquareExp(x);
        return x.mul(e).fma(all(INV_SQRT_2PI), normalCdf(x, e));
    }

    /** exp(-x²/2) with the rounding error of x² put right. */
    private static FloatVector halfSquareExp(FloatVector x) {
        FloatVector a = x.abs().min(15f);
        FloatVector square = a.mul(a);
        FloatVector lost = a.fma(a, square.neg());
        FloatVector e = exp(square.mul(-0.5f));
        return e.mul(lost).fma(all(-0.5f), e);
    }

    /** Φ(-a) = exp(-a²/2) P(1 / (1 + 0.3 a)) for a ≥ 0, and Φ(a) = 1 - Φ(-a). */
    private static FloatVector normalCdf(FloatVector x, FloatVector halfSquareExp) {
        FloatVector a = x.abs();
        FloatVector t = all(1f).div(a.fma(all(0.3f), all(1f)));
        FloatVector p = all(3.840739280e-02f).fma(t, all(-1.693074554e-01f)).fma(t, all(2.289517671e-01f))
                .fma(t, all(-7.683964819e-02f)).fma(t, all(1.427652687e-01f)).fma(t, all(9.458586574e-02f))
                .fma(t, all(1.219452620e-01f)).fma(t, all(1.194842085e-01f)).fma(t, all(7.372377240e-06f));
        FloatVector left = p.mul(halfSquareExp);
        return left.blend(all(1f).sub(left), x.compare(VectorOperators.GE, 0f));
    }

    /** ½ x (1 + tanh u) = x sigmoid(2u) with u = √(2/π) (x + 0.044715 x³). */
    static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(geluInner(x)));
    }

    private static FloatVector geluInner(FloatVector x) {
        return x.mul(x).fma(all(GELU_CUBIC), all(1f)).mul(x).mul(2 * SQRT_2_OVER_PI);
    }

    /** The derivative of {@link #geluTanh}. */
    static FloatVector geluTanhDerivative(FloatVector x) {
        // Beyond 20 the sigmoid is flat and the slope counts for nothing; it must not overflow there.
        FloatVector c = x.max(-20f).min(20f);
        FloatVector slope = c.mul(c).fma(all(3 * GELU_CUBIC), all(1f)).mul(2 * SQRT_2_OVER_PI);
        return timesSigmoidDerivative(x, geluInner(x), slope);
    }

    /** The derivative of {@link #silu}. */
    static FloatVector siluDerivative(FloatVector x) {
        return timesSigmoidDerivative(x, x, all(1f));
    }

    /** {@code s + x s (1 - s) slope} with s = sigmoid(v); 1 - s is not taken as a difference, which would cancel. */
    private static FloatVector timesSigmoidDerivative(FloatVector x, FloatVector v, FloatVector slope) {
        FloatVector e = exp(v.abs().neg());
        FloatVector r = all(1f).div(e.add(1f));
        FloatVector er = e.mul(r);
        FloatVector s = r.blend(er, v.lt(0f));
        return x.mul(er.mul(r)).fma(slope, s);
    }
}
