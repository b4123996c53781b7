// What the items of a group find out about a row together.
#ifndef UNMUTE_ROWS_H
#define UNMUTE_ROWS_H
#include "group.h"

// The greatest number of a row and the sum of exponentials below it.
FUNCTION float row_maximum(LOCAL float* scratch, GLOBAL const float* x, i64 n, i64 step) {
    float greatest = -F_INFINITY;
    for (i64 i = ITEM; i < n; i += ITEMS) {
        greatest = maximum(greatest, x[i * step]);
    }
    return group_maximum(scratch, greatest);
}

FUNCTION float row_exponentials(LOCAL float* scratch, GLOBAL const float* x, i64 n, i64 step, float greatest) {
    float sum = 0.0f;
    for (i64 i = ITEM; i < n; i += ITEMS) {
        sum += exponential(x[i * step] - greatest);
    }
    return group_sum(scratch, sum);
}

#endif
