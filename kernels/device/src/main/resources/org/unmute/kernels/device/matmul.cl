// Matrix products.
//
// What:    out = a b (+ bias), for each entry of a batch.
// Layout:  a [m, k], b [k, n], out [m, n] by any strides, so that transposed operands are only other strides; `batch` walks the
//          first numbers of the entries (a, b, out); bias [n].
// Launch:  one group of 256 items a tile of 64 x 64 results (LaunchPlan.tiles); local memory: 2 slices, 8.5 KiB (tile.h).
// Order:   each result is one chain of fused multiply-adds from the first to the last of the inner axis; then the bias.
// Limits:  none on sizes; operands outside are read as 0 and their results not written.
#include "tile.h"

typedef struct {
    i64 m, n, k;
    i64 a_row, a_inner, b_inner, b_column, out_row, out_column;
    i64 bias_offset, bias_step;
} Product;

KERNEL void matmul(GLOBAL const float* a, GLOBAL const float* b, GLOBAL const float* bias, GLOBAL float* out, PARAMETER(Walk) batch,
        PARAMETER(Product) p, const int has_bias) {
    LOCAL_ARRAY(float, as, TILE_SIZE);
    LOCAL_ARRAY(float, bs, TILE_SIZE);
    const i64 tiles = (p.n + TILE - 1) / TILE;
    const i64 bands = (p.m + TILE - 1) / TILE;
    const int a_by_row = p.a_row == 1 && p.a_inner != 1;
    const int b_by_row = !(p.b_inner == 1 && p.b_column != 1);
    EACH_TASK(task, batch.count * bands * tiles) {
        i64 entry = task / (bands * tiles);
        i64 tile = task - entry * (bands * tiles);
        i64 row = tile / tiles * TILE;
        i64 column = tile % tiles * TILE;
        i64 at[3];
        positions(&batch, entry, 3, at);
        GLOBAL const float* left = a + at[0] + row * p.a_row;
        GLOBAL const float* right = b + at[1] + column * p.b_column;
        float sum[4][4];
        clear_tile(sum);
        for (i64 from = 0; from < p.k; from += TILE_DEPTH) {
            load_tile(as, left + from * p.a_inner, p.m - row, p.k - from, p.a_row, p.a_inner, a_by_row);
            load_tile(bs, right + from * p.b_inner, p.n - column, p.k - from, p.b_column, p.b_inner, b_by_row);
            BARRIER();
            multiply_tiles(as, bs, sum);
            BARRIER();
        }
        EACH_OF_4(j) {
            i64 n = column + TILE_RIGHT + j;
            float add = has_bias && n < p.n ? bias[p.bias_offset + n * p.bias_step] : 0.0f;
            EACH_OF_4(i) {
                i64 m = row + TILE_DOWN + i;
                if (m < p.m && n < p.n) {
                    out[at[2] + m * p.out_row + n * p.out_column] = has_bias ? sum[i][j] + add : sum[i][j];
                }
            }
        }
    }
}
