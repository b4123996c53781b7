// Reductions over the items of a group.
#ifndef UNMUTE_GROUP_H
#define UNMUTE_GROUP_H
#include "functions.h"

#define MAX_ITEMS 128

// Sum over the items of a group by halving: i and i + n/2. `scratch` has MAX_ITEMS floats. All items must call it.
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

// Some kernels use 16 items per row and several rows per group. That is the CPU's order of summation (vectors of 16 floats): item l of a row
// adds elements l, l + 16, ..., then halves are added.
#define LANES 16
#define LANE (ITEM % LANES)

// Sum over the 16 items of each row. `scratch` has MAX_ITEMS floats. All items must call it.
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

// Max over the items of a group; NaN wins.
FUNCTION float group_maximum(LOCAL float* scratch, float mine) {
    scratch[ITEM] = mine;
    BARRIER();
    for (int n = ITEMS / 2; n > 0; n /= 2) {
        if (ITEM < n) {
            scratch[ITEM] = maximum(scratch[ITEM], scratch[ITEM + n]);
        }
        BARRIER();
    }
    float result = scratch[0];
    BARRIER();
    return result;
}

// The rows (last axes) of up to four views; RowKernels.java fills it.
typedef struct {
    i64 n;                 // length of a row
    i64 step[LOOP_VIEWS];  // per view: to the next element
} Row;

#endif
