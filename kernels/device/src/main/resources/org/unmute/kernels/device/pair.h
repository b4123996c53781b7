// Double-float arithmetic: a number is the unevaluated sum of two floats, x and the rounding error y with |y| <= ulp(x) / 2. That is 45 bits
// and more, for sums whose terms are much larger than the result. Devices need not support float64.
#ifndef UNMUTE_PAIR_H
#define UNMUTE_PAIR_H
#include "functions.h"

FUNCTION float2 pair_of(float x, float y) {
    float2 r;
    r.x = x;
    r.y = y;
    return r;
}

// x + y where |x| >= |y| (FastTwoSum).
FUNCTION float2 pair_normalized(float x, float y) {
    float s = x + y;
    return pair_of(s, y - (s - x));
}

// a + b, with an error of 2^-45 of the larger operand.
FUNCTION float2 pair_sum(float2 a, float2 b) {
    float s = a.x + b.x;
    float other = s - a.x;
    float error = (a.x - (s - other)) + (b.x - other);
    return pair_normalized(s, error + (a.y + b.y));
}

FUNCTION float2 pair_difference(float2 a, float2 b) {
    return pair_sum(a, pair_of(-b.x, -b.y));
}

FUNCTION float2 pair_product(float2 a, float2 b) {
    float p = a.x * b.x;
    float error = FMAF(a.x, b.x, -p);
    return pair_normalized(p, FMAF(a.x, b.y, FMAF(a.y, b.x, error)));
}

// Times a power of two.
FUNCTION float2 pair_scaled(float2 a, float factor) {
    return pair_of(a.x * factor, a.y * factor);
}

#endif
