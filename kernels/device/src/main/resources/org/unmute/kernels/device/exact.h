// Exact comparison of two cosines with one vector of signs, for those that compensated sums (compensated.h) cannot tell apart.
//
// A float32 is a whole number times 2^-149, so a dot product with signs is a whole number of at most 277 bits plus those of dim, and a
// squared norm one of at most 554. Both are summed in limbs of 32 bits, each in an i64 that takes 2^31 additions without a carry. As
// cos = dot / (|x| sqrt(dim)), the signs of the dot products decide, else dot^2 square' against dot'^2 square.
#ifndef UNMUTE_EXACT_H
#define UNMUTE_EXACT_H
#include "compensated.h"

#define DOT_LIMBS 10
#define SQUARE_LIMBS 19
#define SUM_LIMBS (DOT_LIMBS + SQUARE_LIMBS)
#define CROSS_LIMBS (2 * DOT_LIMBS + SQUARE_LIMBS)
#define LIMB ((u64)0xffffffffu)

// Squared norms in this range have neither underflowed nor overflowed.
#define MIN_SQUARE 1e-24f
#define MAX_SQUARE 1e30f

// Whether compensated sums tell a token's cosine to within compensated_error: `square` is its squared norm.
FUNCTION int is_regular(Compensated dot, float square) {
    return square == 0.0f ? dot.high == 0.0f && dot.low == 0.0f : square >= MIN_SQUARE && square <= MAX_SQUARE;
}

// Compensated cosines times sqrt(dim) that differ by no more than this may be in either order. With n additions on the way of an entry, a
// compensated sum is off by at most (n u)^2 times the sum of magnitudes, u = 2^-24 (docs/kernels.md).
FUNCTION float compensated_error(i64 dim) {
    const float n = (float)(dim / PARTS) + 20.0f;
    return 8.0f * n * n * 3.5527137e-15f * SQRTF((float)dim);
}

// Adds the signed entry `v` to the dot product, limbs 0 to 9, and its square to the square, the limbs behind.
FUNCTION void exact_add(i64* limbs, float v) {
    const uint bits = AS_UINT(v);
    const uint exponent = bits >> 23 & 0xffu;
    const u64 mantissa = (bits & 0x7fffffu) | (exponent > 0u ? 0x800000u : 0u);
    const int place = exponent > 0u ? (int)exponent - 1 : 0;
    const u64 shifted = mantissa << (place % 32);
    const i64 sign = bits >> 31 ? -1 : 1;
    limbs[place / 32] += sign * (i64)(shifted & LIMB);
    limbs[place / 32 + 1] += sign * (i64)(shifted >> 32);
    const u64 square = mantissa * mantissa;
    const u64 low = (square & LIMB) << (2 * place % 32);
    const u64 high = (square >> 32) << (2 * place % 32);
    i64* to = limbs + DOT_LIMBS + 2 * place / 32;
    to[0] += (i64)(low & LIMB);
    to[1] += (i64)(low >> 32) + (i64)(high & LIMB);
    to[2] += (i64)(high >> 32);
}

FUNCTION void exact_clear(i64* limbs) {
    ROLLED for (int i = 0; i < SUM_LIMBS; i++) {
        limbs[i] = 0;
    }
}

// Propagates carries, so that every limb has 32 bits, and returns the sign; the limbs are then those of the magnitude.
FUNCTION int exact_magnitude(i64* limbs, const int count) {
    i64 carry = 0;
    ROLLED for (int i = 0; i < count; i++) {
        carry += limbs[i];
        limbs[i] = carry & (i64)LIMB;
        carry >>= 32;
    }
    const int negative = carry < 0;
    carry = negative;
    i64 any = 0;
    ROLLED for (int i = 0; i < count; i++) {
        carry += negative ? limbs[i] ^ (i64)LIMB : limbs[i];
        limbs[i] = carry & (i64)LIMB;
        carry >>= 32;
        any |= limbs[i];
    }
    return any == 0 ? 0 : negative ? -1 : 1;
}

// out = a b for `n` and `m` limbs.
FUNCTION void exact_product(const i64* a, const int n, const i64* b, const int m, i64* out) {
    ROLLED for (int i = 0; i < n + m; i++) {
        out[i] = 0;
    }
    ROLLED for (int i = 0; i < n; i++) {
        u64 carry = 0;
        ROLLED for (int j = 0; j < m; j++) {
            carry += (u64)out[i + j] + (u64)a[i] * (u64)b[j];
            out[i + j] = (i64)(carry & LIMB);
            carry >>= 32;
        }
        out[i + m] = (i64)carry;
    }
}

// 1, 0 or -1 as the cosine of the first sums is above, equal to or below that of the second. Both are overwritten.
FUNCTION int exact_order(i64* a, i64* b) {
    const int sign = exact_magnitude(a, DOT_LIMBS);
    const int other = exact_magnitude(b, DOT_LIMBS);
    if (sign != other || sign == 0) {
        return sign > other ? 1 : sign < other ? -1 : 0;
    }
    exact_magnitude(a + DOT_LIMBS, SQUARE_LIMBS);
    exact_magnitude(b + DOT_LIMBS, SQUARE_LIMBS);
    i64 square[2 * DOT_LIMBS];
    i64 left[CROSS_LIMBS];
    i64 right[CROSS_LIMBS];
    exact_product(a, DOT_LIMBS, a, DOT_LIMBS, square);
    exact_product(square, 2 * DOT_LIMBS, b + DOT_LIMBS, SQUARE_LIMBS, left);
    exact_product(b, DOT_LIMBS, b, DOT_LIMBS, square);
    exact_product(square, 2 * DOT_LIMBS, a + DOT_LIMBS, SQUARE_LIMBS, right);
    ROLLED for (int i = CROSS_LIMBS - 1; i >= 0; i--) {
        if (left[i] != right[i]) {
            return left[i] > right[i] ? sign : -sign;
        }
    }
    return 0;
}

#endif
