// Elementary functions in float32, accurate to a few ulp. NaN and infinities as defined in Unary.java.
// exponential, logarithm and what builds on them use only +, *, / and sqrt, in the order of the CPU's VectorMath.java, and give its bits.
// The built-in log, log1p, expm1, sin and cos are the device's own.
#ifndef UNMUTE_FUNCTIONS_H
#define UNMUTE_FUNCTIONS_H
#include "portable.h"

// 2^n for n from -126 to 127.
FUNCTION float power_of_two(int n) {
    return AS_FLOAT((uint)(n + 127) << 23);
}

// NaN wins, as in Java's Math.max.
FUNCTION float maximum(float a, float b) {
    return IS_NAN(a) || a > b ? a : b;
}

FUNCTION float minimum(float a, float b) {
    return IS_NAN(a) || a < b ? a : b;
}

// Whether a at index i beats b at index j as the max: NaN beats everything, ties go to the lower index.
FUNCTION int beats(float a, i64 i, float b, i64 j) {
    if (IS_NAN(a)) {
        return !IS_NAN(b) || i < j;
    }
    return !IS_NAN(b) && (a > b || (a == b && i < j));
}

// Adding ROUNDER rounds to an integer, which is then in the low bits. 2^n is applied as two factors, since 2^n alone leaves the range of
// float at either end.
#define ROUNDER 12582912.0f
#define LOG2_E 1.44269504088896341f

FUNCTION int rounded_power(float rounded) {
    return AS_INT(rounded) - AS_INT(ROUNDER);
}

// e^r for |r| <= ln 2 / 2, where x = n ln 2 + r; ln 2 is split in two, the first part with few bits (Cody-Waite).
FUNCTION float reduced_exponential(float x, float n) {
    float r = FMAF(n, 2.12194440054690583e-4f, FMAF(n, -0.693359375f, x));
    float q = FMAF(1.381443348e-03f, r, 8.368796669e-03f);
    q = FMAF(q, r, 4.166839644e-02f);
    q = FMAF(q, r, 1.666651964e-01f);
    q = FMAF(q, r, 4.999999404e-01f);
    return FMAF(q, r * r, r) + 1.0f;
}

FUNCTION float exponential(float x) {
    float t = x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x;
    float rounded = FMAF(t, LOG2_E, ROUNDER);
    int power = rounded_power(rounded);
    int part = power >> 1;
    return reduced_exponential(t, rounded - ROUNDER) * power_of_two(part) * power_of_two(power - part);
}

FUNCTION float logarithm(float x) {
    int tiny = x < 1.17549435e-38f;
    float y = tiny ? x * 8388608.0f : x;
    // x = 2^n m with m from sqrt(1/2) to sqrt(2)
    int exponent = (AS_INT(y) - AS_INT(0.70710678f)) >> 23;
    float m = AS_FLOAT(AS_UINT(y) - ((uint)exponent << 23));
    float n = (float)exponent;
    n = tiny ? n - 23.0f : n;
    float f = m - 1.0f;
    float ff = f * f;
    float q = FMAF(6.746640056e-02f, f, -1.167565212e-01f);
    q = FMAF(q, f, 1.188816205e-01f);
    q = FMAF(q, f, -1.240558922e-01f);
    q = FMAF(q, f, 1.421955228e-01f);
    q = FMAF(q, f, -1.666799635e-01f);
    q = FMAF(q, f, 2.000211924e-01f);
    q = FMAF(q, f, -2.500000894e-01f);
    q = FMAF(q, f, 3.333331347e-01f);
    float low = FMAF(q * f, ff, n * -2.12194440054690583e-4f);
    float result = FMAF(n, 0.693359375f, FMAF(ff, -0.5f, low) + f);
    result = x == 0.0f ? -F_INFINITY : x < 0.0f ? F_NAN : result;
    return x < F_INFINITY ? result : x;
}

FUNCTION float sigmoid(float x) {
    float e = exponential(-FABSF(x));
    return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

// ln(1 / (1 + e^-x)). The rounding error of 1 + e^-|x|, over the sum, corrects its logarithm.
FUNCTION float log_sigmoid(float x) {
    float e = exponential(-FABSF(x));
    float sum = 1.0f + e;
    return minimum(x, 0.0f) - (logarithm(sum) + (e - (sum - 1.0f)) / sum);
}

// A polynomial near 0, elsewhere 1 - 2 / (exp(2x) + 1).
FUNCTION float hyperbolic_tangent(float x) {
    float a = FABSF(x);
    if (a < 0.625f) {
        float t = x * x;
        float q = -5.515164230e-03f;
        q = FMAF(q, t, 2.046941966e-02f);
        q = FMAF(q, t, -5.368802324e-02f);
        q = FMAF(q, t, 1.333083063e-01f);
        q = FMAF(q, t, -3.333325982e-01f);
        return FMAF(q * t, x, x);
    }
    float far = 1.0f - 2.0f / (exponential(a + a) + 1.0f);
    return x < 0.0f ? -far : far;
}

// exp(-x^2 / 2), corrected for the rounding error of x^2.
FUNCTION float half_square_exp(float x) {
    float a = FABSF(x);
    a = a > 15.0f ? 15.0f : a;
    float square = a * a;
    float error = FMAF(a, a, -square);
    float e = exponential(-0.5f * square);
    return FMAF(e * error, -0.5f, e);
}

// The normal distribution at -a, for a >= 0: exp(-a^2 / 2) times a polynomial of 1 / (1 + 0.3 a), relative error 6e-8.
FUNCTION float normal_tail(float a, float half_square) {
    float t = 1.0f / FMAF(a, 0.3f, 1.0f);
    float p = 3.840739280e-02f;
    p = FMAF(p, t, -1.693074554e-01f);
    p = FMAF(p, t, 2.289517671e-01f);
    p = FMAF(p, t, -7.683964819e-02f);
    p = FMAF(p, t, 1.427652687e-01f);
    p = FMAF(p, t, 9.458586574e-02f);
    p = FMAF(p, t, 1.219452620e-01f);
    p = FMAF(p, t, 1.194842085e-01f);
    p = FMAF(p, t, 7.372377240e-06f);
    return p * half_square;
}

FUNCTION float normal_distribution(float x, float half_square) {
    float left = normal_tail(FABSF(x), half_square);
    return x < 0.0f ? left : 1.0f - left;
}

// Error function: a polynomial near 0, elsewhere from the tail of the normal distribution.
FUNCTION float error_function(float x) {
    float a = FABSF(x);
    if (a < 0.75f) {
        float t = x * x;
        float q = -6.748523953e-04f;
        q = FMAF(q, t, 5.115182394e-03f);
        q = FMAF(q, t, -2.683566695e-02f);
        q = FMAF(q, t, 1.128341547e-01f);
        q = FMAF(q, t, -3.761262357e-01f);
        q = FMAF(q, t, 1.283791667e-01f);
        return FMAF(q, x, x);
    }
    if (IS_NAN(x)) {
        return x;
    }
    float root = 1.41421356f * a;
    float far = 1.0f - 2.0f * normal_tail(root, half_square_exp(root));
    return x < 0.0f ? -far : far;
}

FUNCTION float gelu(float x) {
    return x * normal_distribution(x, half_square_exp(x));
}

FUNCTION float gelu_slope(float x) {
    float e = half_square_exp(x);
    return FMAF(x * e, 0.3989422804f, normal_distribution(x, e));
}

// 2 sqrt(2/pi) (x + 0.044715 x^3): gelu_tanh is x sigmoid of it.
FUNCTION float gelu_tanh_inner(float x) {
    return FMAF(x * x, 0.044715f, 1.0f) * x * 1.5957691216f;
}

FUNCTION float gelu_tanh(float x) {
    return x * sigmoid(gelu_tanh_inner(x));
}

// s + x s (1 - s) slope with s = sigmoid(v); 1 - s is not computed as a difference, which would cancel.
FUNCTION float times_sigmoid_slope(float x, float v, float slope) {
    float e = exponential(-FABSF(v));
    float r = 1.0f / (e + 1.0f);
    float er = e * r;
    return FMAF(x * (er * r), slope, v < 0.0f ? er : r);
}

FUNCTION float gelu_tanh_slope(float x) {
    // Beyond 20 the sigmoid is flat and the inner slope does not matter, but it must not overflow.
    float near = x < -20.0f ? -20.0f : x > 20.0f ? 20.0f : x;
    float slope = FMAF(near * near, 3.0f * 0.044715f, 1.0f) * 1.5957691216f;
    return times_sigmoid_slope(x, gelu_tanh_inner(x), slope);
}

// a^(b + c) where c is the rounding error of b. The product of exponent and log2 a is kept in double-float, else large powers would be off
// by many ulp. Special values as in Java's Math.pow.
FUNCTION float power(float a, float b, float c) {
    if (b == 0.0f) {
        return 1.0f;
    }
    if (IS_NAN(a) || IS_NAN(b)) {
        return F_NAN;
    }
    float x = FABSF(a);
    float size = FABSF(b);
    // From 2^24 on every float is even.
    int whole = c == 0.0f && (size >= 8388608.0f || FLOORF(b) == b);
    int odd = whole && size < 16777216.0f && FLOORF(b * 0.5f) * 2.0f != b;
    int negative = AS_UINT(a) >> 31 != 0;
    float sign = negative && odd ? -1.0f : 1.0f;
    if (size == F_INFINITY) {
        return x == 1.0f ? F_NAN : (x > 1.0f) == (b > 0.0f) ? F_INFINITY : 0.0f;
    }
    if (x == 0.0f || x == F_INFINITY) {
        return (x == 0.0f) == (b > 0.0f) ? sign * 0.0f : sign * F_INFINITY;
    }
    if (negative && !whole) {
        return F_NAN;
    }
    float shift = 0.0f;
    if (x < 1.17549435e-38f) {
        x *= 8388608.0f;
        shift = -23.0f;
    }
    // x = 2^k m with m from sqrt(1/2) to sqrt(2)
    int k = (AS_INT(x) - 0x3f3504f3) >> 23;
    float m = AS_FLOAT((uint)(AS_INT(x) - (k << 23)));
    shift += (float)k;
    // ln m = 2 (s + s^3/3 + s^5/5 ...) with s = (m - 1) / (m + 1)
    float f = m - 1.0f;
    float d = m + 1.0f;
    float dl = m - (d - 1.0f);
    float s = f / d;
    float sl = FMAF(-s, dl, FMAF(-s, d, f)) / d;
    float t = s * s;
    float q = FMAF(FMAF(FMAF(FMAF(t, 0.09090909f, 0.11111111f), t, 0.14285715f), t, 0.2f), t, 0.33333334f) * t * s;
    float h = s + q;
    float l = s - h + q + sl;
    // times 2 / ln 2
    float p = h * 2.88539004f;
    float pl = FMAF(h, 2.88539004f, -p) + FMAF(h, 3.851926e-08f, l * 2.88539004f);
    float n = shift + p;
    float nl = p - (n - shift) + pl;
    if (shift == 0.0f) {
        n = p;
        nl = pl;
    }
    float e = b * n;
    if (!(FABSF(e) < 400.0f)) {
        return e > 0.0f ? sign * F_INFINITY : sign * 0.0f;
    }
    float el = FMAF(b, n, -e) + FMAF(b, nl, c * n);
    float r = RINTF(e);
    float y = (e - r + el) * 0.69314718f;
    float v = FMAF(FMAF(FMAF(FMAF(1.381443348e-03f, y, 8.368796669e-03f), y, 4.166839644e-02f), y, 1.666651964e-01f), y,
            4.999999404e-01f);
    v = FMAF(v, y * y, y) + 1.0f;
    int i = (int)r;
    i = i < -250 ? -250 : i > 250 ? 250 : i;
    int part = i >> 1;
    return sign * (v * power_of_two(part) * power_of_two(i - part));
}

#endif
