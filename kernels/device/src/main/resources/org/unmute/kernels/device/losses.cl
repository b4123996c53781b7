// Losses per row of logits, and their gradients.
//
// What:    binary_cross_entropy: loss = -sum over the row of weight y ln s(x) + (1 - y) ln s(-x), s the sigmoid; its gradient
//          g ((1 - y) s(x) - weight y s(-x)). cross_entropy: loss = -sum of weight q ln softmax(x) with q = keep y + share; its gradient
//          g (softmax(x) sum(weight q) - weight q).
// Layout:  `rows` loops over rows (x, y, weight, loss; or x, y, weight, g, gx), `row` has length and steps; `all` loops over elements. Weight
//          and g are broadcast by steps of 0; without weights the argument is x and not used as weights.
// Launch:  one group per row (GROUP_ITEMS items); binary_cross_entropy_backward: one item per element. Only the result is written.
// Order:   item i adds elements i, i + items, ... in order, then group_sum.
// Limits:  none. 0 times an infinite logarithm is NaN, as in the composite.
// Bound:   memory: 8 bytes a logit (12 with weights), backward 12 (16). cross_entropy reads a row three times, from the L1 cache but for the
//          first. At most 40 registers: 12 groups of 128 items share a multiprocessor.
#include "rows.h"

KERNEL void binary_cross_entropy(GLOBAL const float* x, GLOBAL const float* y, GLOBAL const float* weight, GLOBAL float* loss,
        PARAMETER(StridedLoop) rows, PARAMETER(Row) row, const int weighted) {
    LOCAL_ARRAY(float, scratch, MAX_ITEMS);
    EACH_TASK(task, rows.count) {
        i64 at[4];
        positions(&rows, task, 4, at);
        float mine = 0.0f;
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            float logit = x[at[0] + i * row.step[0]];
            float present = y[at[1] + i * row.step[1]];
            float absent = 1.0f - present;
            present = weighted ? present * weight[at[2] + i * row.step[2]] : present;
            mine += present * log_sigmoid(logit) + absent * log_sigmoid(-logit);
        }
        float sum = group_sum(scratch, mine);
        if (ITEM == 0) {
            loss[at[3]] = -sum;
        }
    }
}

KERNEL void binary_cross_entropy_backward(GLOBAL const float* x, GLOBAL const float* y, GLOBAL const float* weight, GLOBAL const float* upstream,
        GLOBAL float* gx, PARAMETER(StridedLoop) all, const int weighted) {
    EACH_ELEMENT(i, all.count) {
        i64 at[5];
        positions(&all, i, 5, at);
        float logit = x[at[0]];
        float present = y[at[1]];
        float absent = 1.0f - present;
        present = weighted ? present * weight[at[2]] : present;
        gx[at[4]] = upstream[at[3]] * (absent * sigmoid(logit) - present * sigmoid(-logit));
    }
}

// weight q at element i of a row
#define TARGET(i) ((weighted ? weight[at[2] + (i) * row.step[2]] : 1.0f) * (y[at[1] + (i) * row.step[1]] * keep + share))

KERNEL void cross_entropy(GLOBAL const float* x, GLOBAL const float* y, GLOBAL const float* weight, GLOBAL float* loss, PARAMETER(StridedLoop) rows,
        PARAMETER(Row) row, const float keep, const float share, const int weighted) {
    LOCAL_ARRAY(float, scratch, MAX_ITEMS);
    EACH_TASK(task, rows.count) {
        i64 at[4];
        positions(&rows, task, 4, at);
        float row_max = row_maximum(scratch, x + at[0], row.n, row.step[0]);
        float log_sum = logarithm(row_exponentials(scratch, x + at[0], row.n, row.step[0], row_max));
        float mine = 0.0f;
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            mine += TARGET(i) * (x[at[0] + i * row.step[0]] - row_max - log_sum);
        }
        float sum = group_sum(scratch, mine);
        if (ITEM == 0) {
            loss[at[3]] = -sum;
        }
    }
}

KERNEL void cross_entropy_backward(GLOBAL const float* x, GLOBAL const float* y, GLOBAL const float* weight, GLOBAL const float* upstream,
        GLOBAL float* gx, PARAMETER(StridedLoop) rows, PARAMETER(Row) row, const float keep, const float share, const int weighted) {
    LOCAL_ARRAY(float, scratch, MAX_ITEMS);
    EACH_TASK(task, rows.count) {
        i64 at[5];
        positions(&rows, task, 5, at);
        float row_max = row_maximum(scratch, x + at[0], row.n, row.step[0]);
        float exponentials = row_exponentials(scratch, x + at[0], row.n, row.step[0], row_max);
        float mine = 0.0f;
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            mine += TARGET(i);
        }
        float targets = group_sum(scratch, mine);
        float g = upstream[at[3]];
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            float probability = exponential(x[at[0] + i * row.step[0]] - row_max) / exponentials;
            gx[at[4] + i * row.step[4]] = g * (probability * targets - TARGET(i));
        }
        BARRIER();
    }
}
