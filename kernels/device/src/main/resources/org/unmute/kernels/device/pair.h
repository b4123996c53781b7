// Numbers kept as the sum of two floats, x with what rounding took off it in y: 45 bits and more, for sums of much larger numbers than
// their result. Devices need not have doubles. |y| is at most half a unit of the last place of x.
#ifndef UNMUTE_PAIR_H
#define UNMUTE_PAIR_H
#include "functions.h"

FUNCTION float2 pair_of(float x, float y) {
    float2 r;
    r.x = x;
    r.y = y;
    return r;
}

// x + y where |x| >= |y|.
FUNCTION float2 pair_renewed(float x, float y) {
    float s = x + y;
    return pair_of(s, y - (s - x));
}

// a + b, to 2^-45 of the larger of the two.
FUNCTION float2 pair_sum(float2 a, float2 b) {
    float s = a.x + b.x;
    float other = s - a.x;
    float lost = (a.x - (s - other)) + (b.x - other);
    return pair_renewed(s, lost + (a.y + b.y));
}

FUNCTION float2 pair_difference(float2 a, float2 b) {
    return pair_sum(a, pair_of(-b.x, -b.y));
}

FUNCTION float2 pair_product(float2 a, float2 b) {
    float p = a.x * b.x;
    float lost = FMAF(a.x, b.x, -p);
    return pair_renewed(p, FMAF(a.x, b.y, FMAF(a.y, b.x, lost)));
}

// Times a power of two.
FUNCTION float2 pair_scaled(float2 a, float factor) {
    return pair_of(a.x * factor, a.y * factor);
}

#endif
