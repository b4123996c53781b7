// Matrix products.
//
// What:    out = a b (+ bias), for each entry of a batch.
// Layout:  a [m, k], b [k, n], out [m, n] by any strides, so that transposed operands are only other strides; `batch` walks the
//          first numbers of the entries (a, b, out); bias [n].
// Launch:  one group of 256 items a tile of 64 x 64 results (LaunchPlan.tiles); an item holds 4 x 4 of them in registers. Slices
//          of 16 of the inner axis pass through local memory: 2 x 16 x 68 floats, 8.5 KiB.
// Order:   each result is one chain of fused multiply-adds from the first to the last of the inner axis; then the bias.
// Limits:  none on sizes; operands outside are read as 0 and their results not written.
#include "portable.h"

#define TILE 64
#define DEPTH 16
#define ROW (TILE + 4)
#define ITEM_COUNT 256

typedef struct {
    i64 m, n, k;
    i64 a_row, a_inner, b_inner, b_column, out_row, out_column;
    i64 bias_offset, bias_step;
} Product;

KERNEL void matmul(GLOBAL const float* a, GLOBAL const float* b, GLOBAL const float* bias, GLOBAL float* out, PARAMETER(Walk) batch,
        PARAMETER(Product) p, const int has_bias) {
    LOCAL_ARRAY(float, as, DEPTH * ROW);
    LOCAL_ARRAY(float, bs, DEPTH * ROW);
    const int down = ITEM / 16 * 4;
    const int right = ITEM % 16 * 4;
    const i64 tiles = (p.n + TILE - 1) / TILE;
    const i64 bands = (p.m + TILE - 1) / TILE;
    // Neighbouring items read neighbouring numbers, whichever axis those lie along.
    const int a_by_row = p.a_row == 1 && p.a_inner != 1;
    const int b_by_inner = p.b_inner == 1 && p.b_column != 1;
    EACH_TASK(task, batch.count * bands * tiles) {
        i64 entry = task / (bands * tiles);
        i64 tile = task - entry * (bands * tiles);
        i64 row = tile / tiles * TILE;
        i64 column = tile % tiles * TILE;
        i64 at[3];
        positions(&batch, entry, 3, at);
        float sum[4][4];
        UNROLL for (int i = 0; i < 4; i++) {
            UNROLL for (int j = 0; j < 4; j++) {
                sum[i][j] = 0.0f;
            }
        }
        for (i64 from = 0; from < p.k; from += DEPTH) {
            UNROLL for (int q = 0; q < TILE * DEPTH / ITEM_COUNT; q++) {
                int e = ITEM + q * ITEM_COUNT;
                int r = a_by_row ? e % TILE : e / DEPTH;
                int c = a_by_row ? e / TILE : e % DEPTH;
                as[c * ROW + r] = row + r < p.m && from + c < p.k ? a[at[0] + (row + r) * p.a_row + (from + c) * p.a_inner] : 0.0f;
                r = b_by_inner ? e / DEPTH : e % TILE;
                c = b_by_inner ? e % DEPTH : e / TILE;
                bs[c * ROW + r] = column + r < p.n && from + c < p.k
                        ? b[at[1] + (from + c) * p.b_inner + (column + r) * p.b_column] : 0.0f;
            }
            BARRIER();
            for (int c = 0; c < DEPTH; c++) {
                float x[4];
                float y[4];
                UNROLL for (int i = 0; i < 4; i++) {
                    x[i] = as[c * ROW + down + i];
                    y[i] = bs[c * ROW + right + i];
                }
                UNROLL for (int i = 0; i < 4; i++) {
                    UNROLL for (int j = 0; j < 4; j++) {
                        sum[i][j] = FMAF(x[i], y[j], sum[i][j]);
                    }
                }
            }
            BARRIER();
        }
        UNROLL for (int j = 0; j < 4; j++) {
            i64 n = column + right + j;
            float add = has_bias && n < p.n ? bias[p.bias_offset + n * p.bias_step] : 0.0f;
            UNROLL for (int i = 0; i < 4; i++) {
                i64 m = row + down + i;
                if (m < p.m && n < p.n) {
                    out[at[2] + m * p.out_row + n * p.out_column] = has_bias ? sum[i][j] + add : sum[i][j];
                }
            }
        }
    }
}
