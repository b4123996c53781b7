// Matrix products.
//
// What:    out = f(a b + bias) + residual, for each entry of a batch; f is the identity, GELU or ReLU; bias and residual are optional.
// Layout:  a [m, k], b [k, n], out and residual [m, n] by any strides, so a transposed operand is just other strides; `batch` gives the
//          first element of each entry (a, b, out, residual); bias [n]. a_aligned and b_aligned: the operand can be read 4 floats at a
//          time, contiguous and aligned to 16 bytes (ProductKernels.aligned). matmul_finish applies bias, f and residual to a product that a
//          vendor library has left in out; it takes the same arguments and reads neither a nor b.
// Launch:  one group of 256 items per tile of results. matmul: 128 x 128, 8 x 8 per item, local memory two slices of 8 per operand, 16.5 KiB
//          (wide.h says why; LaunchPlan.wideTiles). matmul_small: 64 x 64, 4 x 4 per item, two slices of 16, 8.5 KiB (tile.h;
//          LaunchPlan.tiles), where there are too few tiles of 128 to keep a device busy. Tasks go down 8 bands before they go right, so
//          that groups running at the same time share operands in the cache. matmul_finish: one group of 128 items per row.
// Order:   each result is one chain of fused multiply-adds over the inner axis, first to last; then bias, f, residual. Both kernels give the
//          same bits.
// Limits:  operands outside are read as 0 and their results not written. matmul: k below 2^31, and one group per tile.
// Bound:   matmul has 128 registers, matmul_small 91 to 121, so two groups, 16 warps, share a multiprocessor of an H100 or an RTX 4090. A warp's
//          step of matmul is 64 multiply-adds per item, 16 cycles of 128 lanes, for 4 reads of 4 floats, which fetch 384 different bytes, 3
//          cycles of 128: multiply-adds bound it, at 67 TFLOP/s (H100 SXM) or 83 (RTX 4090), where k is long; a tile takes 32 operations
//          per byte from the L2 cache. matmul_small: 4 cycles for 2 reads, up to 8 cycles, and 16 operations per byte. Not yet measured on
//          a card.
#include "tile.h"
#include "wide.h"
#include "product.h"

#if !defined(SMALL_TILES)
WIDE_KERNEL void matmul(GLOBAL const float* RESTRICT a, GLOBAL const float* RESTRICT b, GLOBAL const float* bias,
        GLOBAL const float* residual, GLOBAL float* out, PARAMETER(StridedLoop) batch, PARAMETER(Product) p) {
    LOCAL_ARRAY(float, slices, 4 * WIDE_SIZE);
    LOCAL float* as = slices;
    LOCAL float* bs = slices + 2 * WIDE_SIZE;
    const i64 tiles = (p.n + WIDE - 1) / WIDE;
    const i64 bands = (p.m + WIDE - 1) / WIDE;
    const int a_by_row = p.a_row == 1 && p.a_inner != 1;
    const int b_by_row = !(p.b_inner == 1 && p.b_column != 1);
    // No loop over tiles: loop-invariant code hoisted out of it would take registers that the sums need.
    const i64 entry = GROUP / (bands * tiles);
    i64 row;
    i64 column;
    place_of_tile(GROUP - entry * (bands * tiles), bands, tiles, &row, &column);
    row *= WIDE;
    column *= WIDE;
    i64 at[4];
    positions(&batch, entry, 4, at);
    GLOBAL const float* left = a + at[0] + (row + wide_row(a_by_row)) * p.a_row + wide_inner(a_by_row) * p.a_inner;
    GLOBAL const float* right = b + at[1] + (column + wide_row(b_by_row)) * p.b_column + wide_inner(b_by_row) * p.b_inner;
    const int rows = p.m - row < WIDE ? (int)(p.m - row) : WIDE;
    const int columns = p.n - column < WIDE ? (int)(p.n - column) : WIDE;
    float sum[8][8];
    clear_wide(sum);
    int depth = p.k < WIDE_DEPTH ? (int)p.k : WIDE_DEPTH;
    store_wide(as, fetch_wide(left, rows, depth, p.a_row, p.a_inner, a_by_row, (int)p.a_aligned), a_by_row);
    store_wide(bs, fetch_wide(right, columns, depth, p.b_column, p.b_inner, b_by_row, (int)p.b_aligned), b_by_row);
    BARRIER();
    int slice = 0;
    for (int rest = (int)p.k - WIDE_DEPTH; rest > -WIDE_DEPTH; rest -= WIDE_DEPTH) {
        depth = rest < WIDE_DEPTH ? rest : WIDE_DEPTH;
        left += WIDE_DEPTH * p.a_inner;
        right += WIDE_DEPTH * p.b_inner;
        float4 x;
        float4 y;
        if (depth > 0) {
            x = fetch_wide(left, rows, depth, p.a_row, p.a_inner, a_by_row, (int)p.a_aligned);
            y = fetch_wide(right, columns, depth, p.b_column, p.b_inner, b_by_row, (int)p.b_aligned);
        }
        multiply_wide(as + slice, bs + slice, sum);
        slice = WIDE_SIZE - slice;
        if (depth > 0) {
            store_wide(as + slice, x, a_by_row);
            store_wide(bs + slice, y, b_by_row);
        }
        BARRIER();
    }
    // Through local memory, so that a loop can apply f: inlined for each of 64 registers it would be long.
    UNROLL for (int block = 0; block < 4; block++) {
        store_block(slices, sum, block);
        BARRIER();
        ROLLED for (int e = ITEM; e < 64 * 64; e += WIDE_ITEMS) {
            write_result(slices[e], bias, residual + at[3], out + at[2], &p, row + block_row(e, block), column + block_column(e, block));
        }
        BARRIER();
    }
}
#endif

TILE_KERNEL void matmul_small(GLOBAL const float* RESTRICT a, GLOBAL const float* RESTRICT b, GLOBAL const float* bias,
        GLOBAL const float* residual, GLOBAL float* out, PARAMETER(StridedLoop) batch, PARAMETER(Product) p) {
    LOCAL_ARRAY(float, as, TILE_SIZE);
    LOCAL_ARRAY(float, bs, TILE_SIZE);
    const i64 tiles = (p.n + TILE - 1) / TILE;
    const i64 bands = (p.m + TILE - 1) / TILE;
    const int a_by_row = p.a_row == 1 && p.a_inner != 1;
    const int b_by_row = !(p.b_inner == 1 && p.b_column != 1);
    EACH_TASK(task, batch.count * bands * tiles) {
        i64 entry = task / (bands * tiles);
        i64 row;
        i64 column;
        place_of_tile(task - entry * (bands * tiles), bands, tiles, &row, &column);
        row *= TILE;
        column *= TILE;
        i64 at[4];
        positions(&batch, entry, 4, at);
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
        ROLLED for (int i = 0; i < 4; i++) {
            EACH_OF_4(j) {
                float own = i == 0 ? sum[0][j] : i == 1 ? sum[1][j] : i == 2 ? sum[2][j] : sum[3][j];
                write_result(own, bias, residual + at[3], out + at[2], &p, row + TILE_DOWN + i, column + TILE_RIGHT + j);
            }
        }
    }
}

KERNEL void matmul_finish(GLOBAL const float* a, GLOBAL const float* b, GLOBAL const float* bias, GLOBAL const float* residual,
        GLOBAL float* out, PARAMETER(StridedLoop) batch, PARAMETER(Product) p) {
    EACH_TASK(task, batch.count * p.m) {
        i64 entry = task / p.m;
        i64 m = task - entry * p.m;
        i64 at[4];
        positions(&batch, entry, 4, at);
        GLOBAL float* product = out + at[2];
        for (i64 n = ITEM; n < p.n; n += ITEMS) {
            write_result(product[m * p.out_row + n * p.out_column], bias, residual + at[3], product, &p, m, n);
        }
    }
}
