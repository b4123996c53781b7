// Reductions of a row by the items of a group.
#ifndef UNMUTE_ROWS_H
#define UNMUTE_ROWS_H
#include "group.h"

// Max of a row, and the sum of exp(x - max).
FUNCTION float row_maximum(LOCAL float* scratch, GLOBAL const float* x, i64 n, i64 step) {
    float row_max = -F_INFINITY;
    for (i64 i = ITEM; i < n; i += ITEMS) {
        row_max = maximum(row_max, x[i * step]);
    }
    return group_maximum(scratch, row_max);
}

FUNCTION float row_exponentials(LOCAL float* scratch, GLOBAL const float* x, i64 n, i64 step, float row_max) {
    float sum = 0.0f;
    for (i64 i = ITEM; i < n; i += ITEMS) {
        sum += exponential(x[i * step] - row_max);
    }
    return group_sum(scratch, sum);
}

#endif
