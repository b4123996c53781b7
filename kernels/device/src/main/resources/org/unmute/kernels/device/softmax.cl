// Softmax and log-softmax along the last axis, and their gradients.
//
// What:    y = exp(x - max x) / sum, or x - max x - ln sum. gx = y (gy - sum gy y), or gy - exp(y) sum gy.
// Layout:  `rows` loops over rows (x, out; or y, gy, gx), `row` has length and steps; an output may be the same view as an input.
// Launch:  one group per row (GROUP_ITEMS items).
// Order:   item i adds elements i, i + items, ... in order, then group_sum.
// Limits:  none. A row of only -infinity gives NaN.
// Bound:   memory: 8 bytes an element, backward 12, if the further passes over a row find it in the L1 or L2 cache. 32 registers: 16 groups of
//          128 items share a multiprocessor, all that an H100 takes.
#include "rows.h"

#define SOFTMAX(name, result) \
    KERNEL void name(GLOBAL const float* x, GLOBAL float* out, PARAMETER(StridedLoop) rows, PARAMETER(Row) row) { \
        LOCAL_ARRAY(float, scratch, MAX_ITEMS); \
        EACH_TASK(task, rows.count) { \
            i64 at[2]; \
            positions(&rows, task, 2, at); \
            float row_max = row_maximum(scratch, x + at[0], row.n, row.step[0]); \
            float sum = row_exponentials(scratch, x + at[0], row.n, row.step[0], row_max); \
            float log_sum = logarithm(sum); \
            for (i64 i = ITEM; i < row.n; i += ITEMS) { \
                float below = x[at[0] + i * row.step[0]] - row_max; \
                out[at[1] + i * row.step[1]] = (result); \
            } \
            BARRIER(); \
        } \
    }

SOFTMAX(softmax, exponential(below) / sum)
SOFTMAX(log_softmax, below - log_sum)

#define Y forward[at[0] + i * row.step[0]]

#define SOFTMAX_BACKWARD(name, term, result) \
    KERNEL void name(GLOBAL const float* forward, GLOBAL const float* upstream, GLOBAL float* gx, PARAMETER(StridedLoop) rows, PARAMETER(Row) row) { \
        LOCAL_ARRAY(float, scratch, MAX_ITEMS); \
        EACH_TASK(task, rows.count) { \
            i64 at[3]; \
            positions(&rows, task, 3, at); \
            float mine = 0.0f; \
            for (i64 i = ITEM; i < row.n; i += ITEMS) { \
                float gy = upstream[at[1] + i * row.step[1]]; \
                mine += (term); \
            } \
            float sum = group_sum(scratch, mine); \
            for (i64 i = ITEM; i < row.n; i += ITEMS) { \
                float gy = upstream[at[1] + i * row.step[1]]; \
                gx[at[2] + i * row.step[2]] = (result); \
            } \
        } \
    }

SOFTMAX_BACKWARD(softmax_backward, gy * Y, Y * (gy - sum))
SOFTMAX_BACKWARD(log_softmax_backward, gy, gy - exponential(Y) * sum)
