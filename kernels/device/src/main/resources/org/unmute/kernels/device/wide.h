// Products of 128 x 128 tiles by groups of 256 items with an 8 x 8 register tile each, for large matrix products.
//
// Why so large: a step of the inner axis reads 16 floats from local memory for 64 multiply-adds, 2 operations per byte, where a 4 x 4 register
// tile (tile.h) reads 8 for 16, 1 operation per byte; and a slice of both operands, 2 x 128 floats per step, comes from global memory for
// 2 x 128 x 128 operations, 32 per byte against 16. Larger tiles would need more registers than let two groups share a multiprocessor.
//
// A slice of 8 of the inner axis is in local memory, inner axis outermost: wide[c * WIDE_ROW + r]. There are two slices per operand (double
// buffering): while one is multiplied the next goes from global memory into registers and then to the other, so one barrier per slice is enough.
#ifndef UNMUTE_WIDE_H
#define UNMUTE_WIDE_H
#include "functions.h"

#define WIDE 128
#define WIDE_DEPTH 8
#define WIDE_ITEMS 256
#define WIDE_ROW (WIDE + 4)
#define WIDE_SIZE (WIDE_DEPTH * WIDE_ROW)

// An item's results are four blocks of 4 x 4: rows DOWN and DOWN + 16, columns RIGHT and RIGHT + 32. A warp covers 32 rows and 64 columns, so
// that its reads of 4 floats touch each bank of local memory once.
#define WIDE_DOWN (ITEM / 64 * 32 + ITEM % 32 / 8 * 4)
#define WIDE_RIGHT (ITEM / 32 % 2 * 64 + ITEM % 8 * 4)
#define WIDE_PLACE(first, i, apart) ((first) + (i) / 4 * (apart) + (i) % 4)

#define EACH_OF_8(i) UNROLL for (int i = 0; i < 8; i++)

FUNCTION void clear_wide(float sum[8][8]) {
    EACH_OF_8(i) {
        EACH_OF_8(j) {
            sum[i][j] = 0.0f;
        }
    }
}

// Where this item's four floats of a slice are: contiguous along the rows (by_row), or along the inner axis.
FUNCTION int wide_row(int by_row) {
    return by_row ? ITEM % 32 * 4 : ITEM / 2;
}

FUNCTION int wide_inner(int by_row) {
    return by_row ? ITEM / 32 : ITEM % 2 * 4;
}

// Four floats of a row, the first at x; 0 beyond the `available` ones.
FUNCTION float4 fetch_row(GLOBAL const float* x, int available, i64 step, int aligned) {
    float4 v;
    if (aligned && available >= 4) {
        v = *(GLOBAL const float4*)x;
    } else {
        v.x = available > 0 ? x[0] : 0.0f;
        v.y = available > 1 ? x[step] : 0.0f;
        v.z = available > 2 ? x[2 * step] : 0.0f;
        v.w = available > 3 ? x[3 * step] : 0.0f;
    }
    return v;
}

// This item's four floats of a slice, the first at x; 0 beyond `rows` (up to 128) and `depth` (up to 8). `aligned`: the four are contiguous
// and start at a multiple of 16 bytes, so that one read fetches them.
FUNCTION float4 fetch_wide(GLOBAL const float* x, int rows, int depth, i64 row_step, i64 step, int by_row, int aligned) {
    const int r = wide_row(by_row);
    const int c = wide_inner(by_row);
    const int available = by_row ? (c < depth ? rows - r : 0) : (r < rows ? depth - c : 0);
    return fetch_row(x, available, by_row ? row_step : step, aligned);
}

FUNCTION void store_wide(LOCAL float* wide, float4 v, int by_row) {
    const int r = wide_row(by_row);
    const int c = wide_inner(by_row);
    if (by_row) {
        *(LOCAL float4*)(wide + c * WIDE_ROW + r) = v;
    } else {
        wide[c * WIDE_ROW + r] = v.x;
        wide[(c + 1) * WIDE_ROW + r] = v.y;
        wide[(c + 2) * WIDE_ROW + r] = v.z;
        wide[(c + 3) * WIDE_ROW + r] = v.w;
    }
}

FUNCTION void read_eight(LOCAL const float* from, int apart, float x[8]) {
    float4 v = *(LOCAL const float4*)from;
    float4 w = *(LOCAL const float4*)(from + apart);
    x[0] = v.x;
    x[1] = v.y;
    x[2] = v.z;
    x[3] = v.w;
    x[4] = w.x;
    x[5] = w.y;
    x[6] = w.z;
    x[7] = w.w;
}

// Adds the product of a step of the inner axis: sum[i][j] += a[row i] b[column j].
FUNCTION void multiply_step(LOCAL const float* a, LOCAL const float* b, float sum[8][8]) {
    float x[8];
    float y[8];
    read_eight(a, 16, x);
    read_eight(b, 32, y);
    EACH_OF_8(i) {
        EACH_OF_8(j) {
            sum[i][j] = FMAF(x[i], y[j], sum[i][j]);
        }
    }
}

// Adds the product of two slices, from the first step to the last.
FUNCTION void multiply_wide(LOCAL const float* a, LOCAL const float* b, float sum[8][8]) {
    const int down = WIDE_DOWN;
    const int right = WIDE_RIGHT;
    UNROLL for (int c = 0; c < WIDE_DEPTH; c++) {
        multiply_step(a + c * WIDE_ROW + down, b + c * WIDE_ROW + right, sum);
    }
}

// Stores a quarter of a tile, one block per item, as 64 x 64 floats in local memory, so that neighbouring items can write neighbouring
// results in a loop. block_row and block_column map element e to its place in the tile.
FUNCTION void store_block(LOCAL float* to, float sum[8][8], const int block) {
    UNROLL for (int i = 0; i < 4; i++) {
        UNROLL for (int j = 0; j < 4; j++) {
            to[(ITEM / 64 * 16 + ITEM % 32 / 8 * 4 + i) * 64 + ITEM / 32 % 2 * 32 + ITEM % 8 * 4 + j] = sum[block / 2 * 4 + i][block % 2 * 4 + j];
        }
    }
}

FUNCTION int block_row(int e, int block) {
    return e / 64 / 16 * 32 + block / 2 * 16 + e / 64 % 16;
}

FUNCTION int block_column(int e, int block) {
    return e % 64 / 32 * 64 + block % 2 * 32 + e % 64 % 32;
}

#endif
