// Layer normalization, L2 normalization, and their gradients, along the last axis.
//
// What:    layer_norm: (x - mean) / sqrt(var + eps) weight + bias, biased variance. l2_normalize: x / max(|x|, 1e-12).
// Layout:  `rows` loops over rows (x, out; x, gy, gx; x, y, gy, gx), `row` has length and steps; weight and bias [n] with an offset
//          and a step, absent where the flag is 0. `moments` [rows, 2] is scratch: mean and 1 / sqrt(var + eps).
// Launch:  layer_norm: one group (GROUP_ITEMS items) per 8 rows; layer_norm_weights: one item per column and chunk of rows; others: one group
//          per row.
// Order:   layer_norm: lanes_sum, with the bits of the CPU's layer norm. Others along a row: item i adds elements i, i + items, ... in order,
//          then group_sum. Down a column: in order, chunk by chunk (LaunchPlan.chunk); reduce_sum then adds the chunks [chunks, n].
// Limits:  none.
// Bound:   memory: 8 bytes an element, backward 12, if a row's further passes find it in the L1 or L2 cache. layer_norm has 64 to 72 registers:
//          seven groups of 128 items share a multiprocessor; the others at most 40, 12 groups.
#include "group.h"

#define NORM_FLOOR 1e-12f

typedef struct {
    i64 weight_offset, weight_step, bias_offset, bias_step;
} Weights;

FUNCTION float row_mean(LOCAL float* scratch, GLOBAL const float* x, i64 n, i64 step) {
    float sum = 0.0f;
    for (i64 i = ITEM; i < n; i += ITEMS) {
        sum += x[i * step];
    }
    return group_sum(scratch, sum) / (float)n;
}

FUNCTION float row_inverse_deviation(LOCAL float* scratch, GLOBAL const float* x, i64 n, i64 step, float mean, float eps) {
    float sum = 0.0f;
    for (i64 i = ITEM; i < n; i += ITEMS) {
        float d = x[i * step] - mean;
        sum += d * d;
    }
    return 1.0f / SQRTF(group_sum(scratch, sum) / (float)n + eps);
}

FUNCTION float row_norm(LOCAL float* scratch, GLOBAL const float* x, i64 n, i64 step) {
    float sum = 0.0f;
    for (i64 i = ITEM; i < n; i += ITEMS) {
        float v = x[i * step];
        sum += v * v;
    }
    float norm = SQRTF(group_sum(scratch, sum));
    return norm < NORM_FLOOR ? NORM_FLOOR : norm;
}

KERNEL void layer_norm(GLOBAL const float* x, GLOBAL const float* weight, GLOBAL const float* bias, GLOBAL float* out,
        PARAMETER(StridedLoop) rows, PARAMETER(Row) row, PARAMETER(Weights) w, const int has_weight, const int has_bias, const float eps) {
    LOCAL_ARRAY(float, scratch, MAX_ITEMS);
    const int together = ITEMS / LANES;
    EACH_TASK(task, (rows.count + together - 1) / together) {
        const i64 mine = task * together + ITEM / LANES;
        // Items beyond the last row only take part in the barriers.
        const i64 n = mine < rows.count ? row.n : 0;
        i64 at[2];
        positions(&rows, n > 0 ? mine : 0, 2, at);
        float sum = 0.0f;
        for (i64 i = LANE; i < n; i += LANES) {
            sum += x[at[0] + i * row.step[0]];
        }
        const float mean = lanes_sum(scratch, sum) / (float)row.n;
        sum = 0.0f;
        for (i64 i = LANE; i < n; i += LANES) {
            float d = x[at[0] + i * row.step[0]] - mean;
            sum = FMAF(d, d, sum);
        }
        const float inverse = 1.0f / SQRTF(lanes_sum(scratch, sum) / (float)row.n + eps);
        for (i64 i = LANE; i < n; i += LANES) {
            float y = (x[at[0] + i * row.step[0]] - mean) * inverse;
            if (has_weight) {
                y *= weight[w.weight_offset + i * w.weight_step];
            }
            if (has_bias) {
                y += bias[w.bias_offset + i * w.bias_step];
            }
            out[at[1] + i * row.step[1]] = y;
        }
    }
}

// gx = (g - mean(g) - z mean(g z)) / deviation, with g = gy weight and z the normalised x.
KERNEL void layer_norm_backward(GLOBAL const float* x, GLOBAL const float* upstream, GLOBAL const float* weight, GLOBAL float* gx,
        GLOBAL float* moments, PARAMETER(StridedLoop) rows, PARAMETER(Row) row, PARAMETER(Weights) w, const int has_weight, const float eps) {
    LOCAL_ARRAY(float, scratch, MAX_ITEMS);
    EACH_TASK(task, rows.count) {
        i64 at[3];
        positions(&rows, task, 3, at);
        float mean = row_mean(scratch, x + at[0], row.n, row.step[0]);
        float inverse = row_inverse_deviation(scratch, x + at[0], row.n, row.step[0], mean, eps);
        float plain = 0.0f;
        float along = 0.0f;
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            float g = upstream[at[1] + i * row.step[1]] * (has_weight ? weight[w.weight_offset + i * w.weight_step] : 1.0f);
            plain += g;
            along += g * ((x[at[0] + i * row.step[0]] - mean) * inverse);
        }
        plain = group_sum(scratch, plain) / (float)row.n;
        along = group_sum(scratch, along) / (float)row.n;
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            float g = upstream[at[1] + i * row.step[1]] * (has_weight ? weight[w.weight_offset + i * w.weight_step] : 1.0f);
            float z = (x[at[0] + i * row.step[0]] - mean) * inverse;
            gx[at[2] + i * row.step[2]] = (g - plain - z * along) * inverse;
        }
        if (ITEM == 0) {
            moments[2 * task] = mean;
            moments[2 * task + 1] = inverse;
        }
    }
}

KERNEL void layer_norm_weights(GLOBAL const float* x, GLOBAL const float* upstream, GLOBAL const float* moments,
        GLOBAL float* weight_sums, GLOBAL float* bias_sums, PARAMETER(StridedLoop) rows, PARAMETER(Row) row, const i64 chunk, const i64 chunks) {
    EACH_ELEMENT(task, row.n * chunks) {
        i64 part = task / row.n;
        i64 column = task - part * row.n;
        i64 end = (part + 1) * chunk < rows.count ? (part + 1) * chunk : rows.count;
        float weight = 0.0f;
        float bias = 0.0f;
        for (i64 r = part * chunk; r < end; r++) {
            i64 at[2];
            positions(&rows, r, 2, at);
            float g = upstream[at[1] + column * row.step[1]];
            weight += g * ((x[at[0] + column * row.step[0]] - moments[2 * r]) * moments[2 * r + 1]);
            bias += g;
        }
        weight_sums[task] = weight;
        bias_sums[task] = bias;
    }
}

KERNEL void l2_normalize(GLOBAL const float* x, GLOBAL float* out, PARAMETER(StridedLoop) rows, PARAMETER(Row) row) {
    LOCAL_ARRAY(float, scratch, MAX_ITEMS);
    EACH_TASK(task, rows.count) {
        i64 at[2];
        positions(&rows, task, 2, at);
        float norm = row_norm(scratch, x + at[0], row.n, row.step[0]);
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            out[at[1] + i * row.step[1]] = x[at[0] + i * row.step[0]] / norm;
        }
    }
}

// gx = (gy - y sum gy y) / |x|; where the norm is clamped to the floor it is constant, and the projection term vanishes.
KERNEL void l2_normalize_backward(GLOBAL const float* x, GLOBAL const float* y, GLOBAL const float* upstream, GLOBAL float* gx,
        PARAMETER(StridedLoop) rows, PARAMETER(Row) row) {
    LOCAL_ARRAY(float, scratch, MAX_ITEMS);
    EACH_TASK(task, rows.count) {
        i64 at[4];
        positions(&rows, task, 4, at);
        float norm = row_norm(scratch, x + at[0], row.n, row.step[0]);
        float dot = 0.0f;
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            dot += upstream[at[2] + i * row.step[2]] * y[at[1] + i * row.step[1]];
        }
        dot = group_sum(scratch, dot);
        dot = norm > NORM_FLOOR || IS_NAN(norm) ? dot : 0.0f;
        for (i64 i = ITEM; i < row.n; i += ITEMS) {
            gx[at[3] + i * row.step[3]] = (upstream[at[2] + i * row.step[2]] - y[at[1] + i * row.step[1]] * dot) / norm;
        }
    }
}
