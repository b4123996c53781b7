// What the items of a group find out together.
#ifndef UNMUTE_GROUP_H
#define UNMUTE_GROUP_H
#include "functions.h"

#define MOST_ITEMS 128

// Sum over the items of a group, halves added pairwise: i and i + n/2. `scratch` has MOST_ITEMS numbers. All items call it.
FUNCTION float group_sum(LOCAL float* scratch, float mine) {
    scratch[ITEM] = mine;
    BARRIER();
    for (int n = ITEMS / 2; n > 0; n /= 2) {
        if (ITEM < n) {
            scratch[ITEM] += scratch[ITEM + n];
        }
        BARRIER();
    }
    float sum = scratch[0];
    BARRIER();
    return sum;
}

// Some kernels take a row with 16 items and several rows with a group. That is the processor's order of summation (16 floats in a vector):
// item l of a row takes numbers l, l + 16, ..., then halves are added.
#define LANES 16
#define LANE (ITEM % LANES)

// Sum over the 16 items of each row. `scratch` has MOST_ITEMS numbers. All items call it.
FUNCTION float lanes_sum(LOCAL float* scratch, float mine) {
    scratch[ITEM] = mine;
    BARRIER();
    for (int n = LANES / 2; n > 0; n /= 2) {
        if (LANE < n) {
            scratch[ITEM] += scratch[ITEM + n];
        }
        BARRIER();
    }
    float sum = scratch[ITEM - LANE];
    BARRIER();
    return sum;
}

// Greatest over the items of a group; NaN wins.
FUNCTION float group_maximum(LOCAL float* scratch, float mine) {
    scratch[ITEM] = mine;
    BARRIER();
    for (int n = ITEMS / 2; n > 0; n /= 2) {
        if (ITEM < n) {
            scratch[ITEM] = maximum(scratch[ITEM], scratch[ITEM + n]);
        }
        BARRIER();
    }
    float greatest = scratch[0];
    BARRIER();
    return greatest;
}

// The rows (last axes) of up to four views; RowKernels.java fills it.
typedef struct {
    i64 n;                 // numbers of a row
    i64 step[WALK_VIEWS];  // from number to number, a view
} Row;

#endif
