// Numbers with twice the digits of a float for sums and cosines: like those of pair.h, but renewed only where it matters.
#ifndef UNMUTE_TWOFOLD_H
#define UNMUTE_TWOFOLD_H
#include "matching.h"

// A number with twice the digits of a float: the sum of two, the second below the rounding of the first.
typedef struct {
    float high, low;
} Twofold;

FUNCTION Twofold twofold(float a, float b) {
    Twofold t;
    t.high = a + b;
    float back = t.high - a;
    t.low = (a - (t.high - back)) + (b - back);
    return t;
}

FUNCTION void add_to(Twofold* sum, float a) {
    Twofold t = twofold(sum->high, a);
    sum->high = t.high;
    sum->low += t.low;
}

// Adds a number over each row of items that shares a winner; item 0 of the row has the sum. `scratch` has 2 ITEMS numbers. All items call it.
FUNCTION void winner_twofold(LOCAL float* scratch, Twofold* sum) {
    scratch[ITEM] = sum->high;
    scratch[ITEMS + ITEM] = sum->low;
    BARRIER();
    for (int n = WINNER_LANES / 2; n > 0; n /= 2) {
        if (WINNER_LANE < n) {
            Twofold t = twofold(scratch[ITEM], scratch[ITEM + n]);
            scratch[ITEM] = t.high;
            scratch[ITEMS + ITEM] = scratch[ITEMS + ITEM] + scratch[ITEMS + ITEM + n] + t.low;
        }
        BARRIER();
    }
    sum->high = scratch[ITEM];
    sum->low = scratch[ITEMS + ITEM];
    BARRIER();
}

FUNCTION int exceeds(Twofold a, Twofold b) {
    return a.high > b.high || (a.high == b.high && a.low > b.low);
}

// dot / max(sqrt(square), 1e-12). Remainders put right what a device's root and quotient leave.
FUNCTION Twofold over_norm(Twofold dot, Twofold square) {
    dot = twofold(dot.high, dot.low);
    square = twofold(square.high, square.low);
    float norm = SQRTF(square.high);
    float rest = norm > 0.0f ? (FMAF(-norm, norm, square.high) + square.low) / (2.0f * norm) : 0.0f;
    if (norm < NORM_FLOOR) {
        norm = NORM_FLOOR;
        rest = 0.0f;
    }
    float quotient = dot.high / norm;
    float remainder = FMAF(-quotient, norm, dot.high) + (dot.low - quotient * rest);
    return twofold(quotient, remainder / norm);
}

#endif
