// Attention in one pass.
//
// What:    out = softmax(scale q k^T + bias) v, for each entry of a batch (sequence and head). Scores live in local memory, a tile
//          at a time: 64 queries meet 64 keys, the running maximum and sum of each query are brought up to date, and the output so
//          far is scaled to the new maximum (online softmax).
// Layout:  q [queries, depth], k [keys, depth], v [keys, width], out [queries, width], bias [queries, keys], by any strides (0 repeats);
//          `batch` walks the first numbers of the entries (q, k, v, out, bias).
// Launch:  one group of 256 items for 64 queries and 64 columns of v (LaunchPlan.tiles); more columns compute the scores again.
//          Local memory: 2 slices and one tile of weights, 27 KiB.
// Order:   a score is one chain of fused multiply-adds over depth; sums over keys run tile by tile, within a tile four quarters
//          in order, then ((0 + 1) + 2) + 3; weighted values are one chain over keys.
// Limits:  any sizes. A bias of -infinity hides a key; a query that sees no key gives NaN.
#include "tile.h"

#define QUARTERS 4

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
                s += bias[q * h->bias_row + k * h->bias_step];
            }
            weights[(TILE_RIGHT + j) * TILE_ROW + TILE_DOWN + i] = k < h->keys ? s : -F_INFINITY;
        }
    }
}

KERNEL void attention(GLOBAL const float* q, GLOBAL const float* k, GLOBAL const float* v, GLOBAL const float* bias,
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
        if (quarter == 0) {
            greatest[mine] = -F_INFINITY;
            total[mine] = 0.0f;
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
            float most = -F_INFINITY;
            for (int i = quarter * TILE / QUARTERS; i < (quarter + 1) * TILE / QUARTERS; i++) {
                most = maximum(most, weights[i * TILE_ROW + mine]);
            }
            parts[ITEM] = most;
            BARRIER();
            float before = greatest[mine];
            most = maximum(before, maximum(maximum(parts[mine], parts[mine + TILE]), maximum(parts[mine + 2 * TILE], parts[mine + 3 * TILE])));
            // A query that has seen only hidden keys subtracts nothing, so that its weights are 0 and not NaN.
            float from_scores = most == -F_INFINITY ? 0.0f : most;
            float partial = 0.0f;
            for (int i = quarter * TILE / QUARTERS; i < (quarter + 1) * TILE / QUARTERS; i++) {
                float w = EXPF(weights[i * TILE_ROW + mine] - from_scores);
                weights[i * TILE_ROW + mine] = w;
                partial += w;
            }
            BARRIER();
            parts[ITEM] = partial;
            BARRIER();
            if (quarter == 0) {
                float shrink = EXPF(before - from_scores);
                factor[mine] = shrink;
                greatest[mine] = most;
                total[mine] = FMAF(total[mine], shrink, parts[mine] + parts[mine + TILE] + parts[mine + 2 * TILE] + parts[mine + 3 * TILE]);
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
        EACH_OF_4(i) {
            i64 m = query + TILE_DOWN + i;
            float sum = total[TILE_DOWN + i];
            EACH_OF_4(j) {
                i64 n = column + TILE_RIGHT + j;
                if (m < h.queries && n < h.width) {
                    out[at[3] + m * h.out_row + n * h.out_step] = result[i][j] / sum;
                }
            }
        }
        BARRIER();
    }
}
