// Compensated sums (TwoSum): a sum and its accumulated rounding error. Unlike pair.h, normalized only where it matters.
#ifndef UNMUTE_COMPENSATED_H
#define UNMUTE_COMPENSATED_H
#include "matching.h"

typedef struct {
    float high, low;
} Compensated;

// a + b exactly: the rounded sum and its error (Knuth).
FUNCTION Compensated two_sum(float a, float b) {
    Compensated t;
    t.high = a + b;
    float back = t.high - a;
    t.low = (a - (t.high - back)) + (b - back);
    return t;
}

FUNCTION void compensated_add(Compensated* sum, float a) {
    Compensated t = two_sum(sum->high, a);
    sum->high = t.high;
    sum->low += t.low;
}

// Sums over the items that share a winner; its item 0 has the result. `scratch` has 2 ITEMS floats. All items must call it.
FUNCTION void winner_compensated_sum(LOCAL float* scratch, Compensated* sum) {
    scratch[ITEM] = sum->high;
    scratch[ITEMS + ITEM] = sum->low;
    BARRIER();
    for (int n = WINNER_LANES / 2; n > 0; n /= 2) {
        if (WINNER_LANE < n) {
            Compensated t = two_sum(scratch[ITEM], scratch[ITEM + n]);
            scratch[ITEM] = t.high;
            scratch[ITEMS + ITEM] = scratch[ITEMS + ITEM] + scratch[ITEMS + ITEM + n] + t.low;
        }
        BARRIER();
    }
    sum->high = scratch[ITEM];
    sum->low = scratch[ITEMS + ITEM];
    BARRIER();
}

FUNCTION int exceeds(Compensated a, Compensated b) {
    return a.high > b.high || (a.high == b.high && a.low > b.low);
}

// dot / max(sqrt(square), 1e-12), corrected by the remainders of the device's square root and division.
FUNCTION Compensated over_norm(Compensated dot, Compensated square) {
    dot = two_sum(dot.high, dot.low);
    square = two_sum(square.high, square.low);
    float norm = SQRTF(square.high);
    float rest = norm > 0.0f ? (FMAF(-norm, norm, square.high) + square.low) / (2.0f * norm) : 0.0f;
    if (norm < NORM_FLOOR) {
        norm = NORM_FLOOR;
        rest = 0.0f;
    }
    float quotient = dot.high / norm;
    float remainder = FMAF(-quotient, norm, dot.high) + (dot.low - quotient * rest);
    return two_sum(quotient, remainder / norm);
}

#endif
