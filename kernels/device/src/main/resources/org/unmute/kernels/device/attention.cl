// Attention in one pass (online softmax).
//
// What:    out = softmax(scale q k^T + bias) v, for each entry of a batch (sequence and head). Scores stay in local memory, one tile at a
//          time: for each tile of 64 queries x 64 keys the running max and sum of each query are updated and the output accumulated so far
//          is rescaled to the new max.
// Layout:  q [queries, depth], k [keys, depth], v [keys, width], out [queries, width], bias [queries, keys], any strides (0 repeats);
//          `batch` gives the first element of each entry (q, k, v, out, bias).
// Launch:  one group of 256 items per 64 queries and 64 columns of v (LaunchPlan.tiles); a wider v computes the scores again.
//          Local memory: two slices and one tile of weights, 27 KiB.
// Order:   a score is one chain of fused multiply-adds over depth. Weights are scaled by the power of two in the exponential of the max score;
//          a new max changes only that power, which is exact, so the bits are those of a pass that knew the max beforehand. Sums over keys
//          use 16 chains, each of every 16th key, added by halves. A weighted value is one chain over keys.
// Limits:  any sizes. A bias of -infinity hides a key; a query that sees no key gives NaN.
// Bound:   multiply-adds, at most 67 TFLOP/s on an H100 SXM and 83 on an RTX 4090: a warp's step is 16 of them per item, 4 cycles of 128 lanes,
//          for 2 reads of 4 floats from local memory, up to 8 cycles where lanes read different ones. 128 registers: two groups of 256 items
//          share a multiprocessor. attention_tensor.cu is for devices with tensor cores. Not yet measured on a card.
#include "tile.h"

// Items that share a query in the softmax of a tile, and how many of the 16 chains each has: 4 and 4 where a tile is 64 x 64.
#define LANES 16
#define SHARING (TILE_ITEMS / TILE)
#define CHAINS (LANES / SHARING)

// 2^n for n <= 0; 0 below the range of float.
FUNCTION float two_to(int n) {
    return power_of_two(n < -127 ? -127 : n);
}

// The n of e^x = 2^n r with r near 1.
FUNCTION int power_below(float x) {
    return rounded_power(FMAF(x, LOG2_E, ROUNDER));
}

// At this size a score has hardly any fraction bits, and its power of two does not fit the rounding trick: weights are e^(x - max) instead.
FUNCTION int beyond_powers(float x) {
    return !(FABSF(x) < 1048576.0f);
}

// Logarithm of the scale that weights are divided by.
FUNCTION float base(float max_score) {
    return beyond_powers(max_score) ? max_score : (float)power_below(max_score) * 0.69314718f;
}

// What earlier weights are multiplied by when the max rises.
FUNCTION float shrinking(float before, float now) {
    if (before == -F_INFINITY) {
        return 1.0f;
    }
    return beyond_powers(before) || beyond_powers(now) ? exponential(base(before) - base(now)) : two_to(power_below(before) - power_below(now));
}

// e^x over the power of two of the max; 0 below 2^-126, for -infinity too. A query that has seen only hidden keys gets weights of 0 rather
// than NaN.
FUNCTION float weight_below(float x, float max_score) {
    if (beyond_powers(max_score)) {
        return max_score == -F_INFINITY ? 0.0f : exponential(x - max_score);
    }
    float t = x < max_score - 200.0f ? max_score - 200.0f : x;
    float rounded = FMAF(t, LOG2_E, ROUNDER);
    return reduced_exponential(t, rounded - ROUNDER) * two_to(rounded_power(rounded) - power_below(max_score));
}

// Adds the shares of a query by halves.
FUNCTION float sum_of_shares(LOCAL const float* parts) {
#if SHARING == 4
    return (parts[0] + parts[2 * TILE]) + (parts[TILE] + parts[3 * TILE]);
#else
    return parts[0] + parts[TILE];
#endif
}

typedef struct {
    i64 queries, keys, depth, width;
    i64 q_row, q_step, k_row, k_step, v_row, v_step, out_row, out_step, bias_row, bias_step;
} Heads;

// Writes the scores of this item's 4 queries x 4 keys to weights[key * TILE_ROW + query].
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
        GLOBAL float* out, PARAMETER(StridedLoop) batch, PARAMETER(Heads) h, const float scale, const int has_bias) {
    LOCAL_ARRAY(float, xs, TILE_SIZE);
    LOCAL_ARRAY(float, ys, TILE_SIZE);
    LOCAL_ARRAY(float, weights, TILE * TILE_ROW);
    LOCAL_ARRAY(float, parts, TILE_ITEMS);
    LOCAL_ARRAY(float, running_max, TILE);
    LOCAL_ARRAY(float, total, TILE);
    LOCAL_ARRAY(float, factor, TILE);
    const i64 tiles = (h.width + TILE - 1) / TILE;
    const i64 bands = (h.queries + TILE - 1) / TILE;
    const int mine = ITEM % TILE;
    const int share = ITEM / TILE;
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
        if (share == 0) {
            running_max[mine] = -F_INFINITY;
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
            // Recomputed, since registers are scarce up to here.
            positions(&batch, entry, 5, at);
            score_tile(weights, sum, bias + at[4], &h, query, key, scale, has_bias);
            BARRIER();
            // Keys share, share + SHARING, ...: this item's chains.
            float tile_max = -F_INFINITY;
            for (int i = share; i < TILE; i += SHARING) {
                tile_max = maximum(tile_max, weights[i * TILE_ROW + mine]);
            }
            parts[ITEM] = tile_max;
            BARRIER();
            const float before = running_max[mine];
            tile_max = before;
            UNROLL for (int i = 0; i < SHARING; i++) {
                tile_max = maximum(tile_max, parts[mine + i * TILE]);
            }
            const float shrink = shrinking(before, tile_max);
            UNROLL for (int c = 0; c < CHAINS; c++) {
                sums[c] *= shrink;
            }
            for (int i = 0; i < TILE / LANES; i++) {
                UNROLL for (int c = 0; c < CHAINS; c++) {
                    const int place = (i * LANES + c * SHARING + share) * TILE_ROW + mine;
                    float w = weight_below(weights[place], tile_max);
                    weights[place] = w;
                    sums[c] += w;
                }
            }
            BARRIER();
            if (share == 0) {
                factor[mine] = shrink;
                running_max[mine] = tile_max;
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
        UNROLL for (int n = CHAINS / 2; n > 0; n /= 2) {
            UNROLL for (int c = 0; c < n; c++) {
                sums[c] += sums[c + n];
            }
        }
        parts[ITEM] = sums[0];
        BARRIER();
        if (share == 0) {
            total[mine] = 1.0f / sum_of_shares(parts + mine);
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
