// Attention in one pass.
//
// What:    out = softmax(scale q k^T + bias) v, for each entry of a batch (sequence and head). Scores live in local memory, a tile
//          at a time: 64 queries meet 64 keys, the running maximum and sum of each query are brought up to date, and the output so
//          far is scaled to the new maximum (online softmax).
// Layout:  q [queries, depth], k [keys, depth], v [keys, width], out [queries, width], bias [queries, keys], by any strides (0 repeats);
//          `batch` walks the first numbers of the entries (q, k, v, out, bias).
// Launch:  one group of 256 items for 64 queries and 64 columns of v (LaunchPlan.tiles); more columns compute the scores again.
//          Local memory: 2 slices and one tile of weights, 27 KiB.
// Order:   a score is one chain of fused multiply-adds over depth. Weights are exponentials over a power of two, that of the greatest score's
//          exponential: a new maximum changes the power, which is exact, so that the bits are those of one pass over all keys that knew
//          the maximum before. Sums over keys: 16 chains, of every 16th key, then halves are added. Weighted values are one chain over keys.
// Limits:  any sizes. A bias of -infinity hides a key; a query that sees no key gives NaN.
#include "tile.h"

#define QUARTERS 4
#define CHAINS 4
#define LANES 16

// 2^n as a factor; 0 below the range of floats. n is at most 0.
FUNCTION float two_to(int n) {
    return power_of_two(n < -127 ? -127 : n);
}

// The power of two in the exponential of x.
FUNCTION int power_below(float x) {
    return rounded_power(FMAF(x, LOG2_E, ROUNDER));
}

// Scores so large have no digits behind the point to speak of, nor a power that is a whole number of this size: weights are e^(x - greatest) there.
FUNCTION int beyond_powers(float x) {
    return !(FABSF(x) < 1048576.0f);
}

// What weights are exponentials over, as a logarithm.
FUNCTION float base(float greatest) {
    return beyond_powers(greatest) ? greatest : (float)power_below(greatest) * 0.69314718f;
}

// Factor of weights when the greatest score rises.
FUNCTION float shrinking(float before, float now) {
    if (before == -F_INFINITY) {
        return 1.0f;
    }
    return beyond_powers(before) || beyond_powers(now) ? exponential(base(before) - base(now)) : two_to(power_below(before) - power_below(now));
}

// e^x over the power of two of the greatest x; 0 if below 2^-126. What is far below the greatest, -infinity too, is 0; a query that has
// seen only hidden keys has weights of 0 rather than NaN.
FUNCTION float weight_below(float x, float greatest) {
    if (beyond_powers(greatest)) {
        return greatest == -F_INFINITY ? 0.0f : exponential(x - greatest);
    }
    float t = x < greatest - 200.0f ? greatest - 200.0f : x;
    float rounded = FMAF(t, LOG2_E, ROUNDER);
    return reduced_exponential(t, rounded - ROUNDER) * two_to(rounded_power(rounded) - power_below(greatest));
}

typedef struct {
    i64 queries, keys, depth, width;
    i64 q_row, q_step, k_row, k_step, v_row, v_step, out_row, out_step, bias_row, bias_step;
} Heads;

// Scores of this item's 4 queries and 4 keys: into weights[key * TILE_ROW + query].
FUNCTION void score_tile(LOCAL float* weights, float sum[4][4], GLOBAL const float* bias, const Heads* h, i64 query, i64 key,
        float scale, int has_bias) {
    EACH_OF_4(j) {
        i64 k = key + TILE_RIGHT + j;
        EACH_OF_4(i) {
            i64 q = query + TILE_DOWN + i;
            float s = sum[i][j] * scale;
            if (has_bias && k < h->keys && q < h->queries) {
                s = FMAF(sum[i][j], scale, bias[q * h->bias_row + k * h->bias_step]);
            }
            weights[(TILE_RIGHT + j) * TILE_ROW + TILE_DOWN + i] = k < h->keys ? s : -F_INFINITY;
        }
    }
}

TILE_KERNEL void attention(GLOBAL const float* q, GLOBAL const float* k, GLOBAL const float* v, GLOBAL const float* bias,
        GLOBAL float* out, PARAMETER(Walk) batch, PARAMETER(Heads) h, const float scale, const int has_bias) {
    LOCAL_ARRAY(float, xs, TILE_SIZE);
    LOCAL_ARRAY(float, ys, TILE_SIZE);
    LOCAL_ARRAY(float, weights, TILE * TILE_ROW);
    LOCAL_ARRAY(float, parts, QUARTERS * TILE);
    LOCAL_ARRAY(float, greatest, TILE);
    LOCAL_ARRAY(float, total, TILE);
    LOCAL_ARRAY(float, factor, TILE);
    const i64 tiles = (h.width + TILE - 1) / TILE;
    const i64 bands = (h.queries + TILE - 1) / TILE;
    // In the softmax of a tile four items share a query, each with a quarter of the keys.
    const int mine = ITEM % TILE;
    const int quarter = ITEM / TILE;
    EACH_TASK(task, batch.count * bands * tiles) {
        i64 entry = task / (bands * tiles);
        i64 tile = task - entry * (bands * tiles);
        i64 query = tile / tiles * TILE;
        i64 column = tile % tiles * TILE;
        i64 at[5];
        positions(&batch, entry, 5, at);
        float result[4][4];
        clear_tile(result);
        float sums[CHAINS];
        UNROLL for (int c = 0; c < CHAINS; c++) {
            sums[c] = 0.0f;
        }
        if (quarter == 0) {
            greatest[mine] = -F_INFINITY;
        }
        for (i64 key = 0; key < h.keys; key += TILE) {
            float sum[4][4];
            clear_tile(sum);
            for (i64 from = 0; from < h.depth; from += TILE_DEPTH) {
                load_tile(xs, q + at[0] + query * h.q_row + from * h.q_step, h.queries - query, h.depth - from, h.q_row, h.q_step, 0);
                load_tile(ys, k + at[1] + key * h.k_row + from * h.k_step, h.keys - key, h.depth - from, h.k_row, h.k_step, 0);
                BARRIER();
                multiply_tiles(xs, ys, sum);
                BARRIER();
            }
            score_tile(weights, sum, bias + at[4], &h, query, key, scale, has_bias);
            BARRIER();
            // Keys quarter, quarter + 4, ...: those of four of the 16 chains.
            float most = -F_INFINITY;
            for (int i = quarter; i < TILE; i += QUARTERS) {
                most = maximum(most, weights[i * TILE_ROW + mine]);
            }
            parts[ITEM] = most;
            BARRIER();
            const float before = greatest[mine];
            most = maximum(before, maximum(maximum(parts[mine], parts[mine + TILE]), maximum(parts[mine + 2 * TILE], parts[mine + 3 * TILE])));
            const float shrink = shrinking(before, most);
            UNROLL for (int c = 0; c < CHAINS; c++) {
                sums[c] *= shrink;
            }
            for (int i = 0; i < TILE / LANES; i++) {
                UNROLL for (int c = 0; c < CHAINS; c++) {
                    const int at_key = (i * LANES + c * QUARTERS + quarter) * TILE_ROW + mine;
                    float w = weight_below(weights[at_key], most);
                    weights[at_key] = w;
                    sums[c] += w;
                }
            }
            BARRIER();
            if (quarter == 0) {
                factor[mine] = shrink;
                greatest[mine] = most;
            }
            BARRIER();
            EACH_OF_4(i) {
                float shrink = factor[TILE_DOWN + i];
                EACH_OF_4(j) {
                    result[i][j] *= shrink;
                }
            }
            for (int from = 0; from < TILE && key + from < h.keys; from += TILE_DEPTH) {
                load_tile(ys, v + at[2] + column * h.v_step + (key + from) * h.v_row, h.width - column, h.keys - key - from, h.v_step,
                        h.v_row, 1);
                BARRIER();
                multiply_tiles(weights + from * TILE_ROW, ys, result);
                BARRIER();
            }
        }
        parts[ITEM] = (sums[0] + sums[2]) + (sums[1] + sums[3]);
        BARRIER();
        if (quarter == 0) {
            total[mine] = 1.0f / ((parts[mine] + parts[mine + 2 * TILE]) + (parts[mine + TILE] + parts[mine + 3 * TILE]));
        }
        BARRIER();
        EACH_OF_4(i) {
            i64 m = query + TILE_DOWN + i;
            float inverse = total[TILE_DOWN + i];
            EACH_OF_4(j) {
                i64 n = column + TILE_RIGHT + j;
                if (m < h.queries && n < h.width) {
                    out[at[3] + m * h.out_row + n * h.out_step] = result[i][j] * inverse;
                }
            }
        }
        BARRIER();
    }
}
