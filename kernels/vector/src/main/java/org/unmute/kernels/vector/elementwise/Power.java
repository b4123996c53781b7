package org.unmute.kernels.vector.elementwise;

/**
 * {@code aᵇ} in float32, step by step as in {@code power} of the device's {@code functions.h}, so that both give the
 * same bits. {@code b log₂ a} is a double-float; otherwise large powers would be off by many ulp.
 */
final class Power {
    private static final float TINY_FACTOR = 0x1p23f;
    private static final int SQRT_HALF = 0x3f3504f3;
    private static final float TWO_OVER_LN2 = 2.88539004f;
    private static final float TWO_OVER_LN2_REST = 3.851926e-08f;

    private Power() {}

    /** Special values as in {@link Math#pow}. */
    static float of(float a, float b) {
        if (b == 0) {
            return 1;
        }
        if (Float.isNaN(a) || Float.isNaN(b)) {
            return Float.NaN;
        }
        float x = Math.abs(a);
        float size = Math.abs(b);
        // All floats from 2^24 on are even.
        boolean whole = size >= 0x1p23f || (float) Math.floor(b) == b;
        boolean odd = whole && size < 0x1p24f && (float) Math.floor(b * 0.5f) * 2 != b;
        boolean negative = Float.floatToRawIntBits(a) < 0;
        float sign = negative && odd ? -1 : 1;
        if (size == Float.POSITIVE_INFINITY) {
            return x == 1 ? Float.NaN : x > 1 == b > 0 ? Float.POSITIVE_INFINITY : 0;
        }
        if (x == 0 || x == Float.POSITIVE_INFINITY) {
            return x == 0 == b > 0 ? sign * 0f : sign * Float.POSITIVE_INFINITY;
        }
        return negative && !whole ? Float.NaN : sign * ofPositive(x, b);
    }

    private static float ofPositive(float given, float b) {
        boolean tiny = given < Float.MIN_NORMAL;
        float x = tiny ? given * TINY_FACTOR : given;
        // x = 2^k m with m from √½ to √2
        int k = Float.floatToRawIntBits(x) - SQRT_HALF >> 23;
        float m = Float.intBitsToFloat(Float.floatToRawIntBits(x) - (k << 23));
        float shift = (tiny ? -23f : 0f) + k;
        // ln m = 2 (s + s³/3 + s⁵/5 ...) with s = (m - 1) / (m + 1)
        float f = m - 1;
        float d = m + 1;
        float lowD = m - (d - 1);
        float s = f / d;
        float lowS = Math.fma(-s, lowD, Math.fma(-s, d, f)) / d;
        float t = s * s;
        float q = Math.fma(
                        Math.fma(Math.fma(Math.fma(t, 0.09090909f, 0.11111111f), t, 0.14285715f), t, 0.2f),
                        t,
                        0.33333334f)
                * t
                * s;
        float h = s + q;
        float l = s - h + q + lowS;
        float p = h * TWO_OVER_LN2;
        float lowP = Math.fma(h, TWO_OVER_LN2, -p) + Math.fma(h, TWO_OVER_LN2_REST, l * TWO_OVER_LN2);
        float n = shift == 0 ? p : shift + p;
        float lowN = shift == 0 ? lowP : p - (n - shift) + lowP;
        float e = b * n;
        if (!(Math.abs(e) < 400)) {
            return e > 0 ? Float.POSITIVE_INFINITY : 0;
        }
        return twoTo(e, Math.fma(b, n, -e) + b * lowN);
    }

    /** {@code 2^(e + low)} */
    private static float twoTo(float e, float low) {
        float r = (float) Math.rint(e);
        float y = (e - r + low) * 0.69314718f;
        float v = Math.fma(
                Math.fma(
                        Math.fma(Math.fma(1.381443348e-03f, y, 8.368796669e-03f), y, 4.166839644e-02f),
                        y,
                        1.666651964e-01f),
                y,
                4.999999404e-01f);
        v = Math.fma(v, y * y, y) + 1;
        int i = Math.clamp((int) r, -250, 250);
        int part = i >> 1;
        return v * powerOfTwo(part) * powerOfTwo(i - part);
    }

    private static float powerOfTwo(int n) {
        return Float.intBitsToFloat(n + 127 << 23);
    }
}
