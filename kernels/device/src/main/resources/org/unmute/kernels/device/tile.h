// Products of 64 x 64 tiles by groups of 256 items with a 4 x 4 register tile each: the core of matrix products, attention and prototype
// matching. With SMALL_TILES, for devices whose groups have fewer than 256 items, 32 x 32 by 64 items, with the same bits, since neither a
// chain nor its order depends on the size of a tile; kernels with wide tiles (wide.h) are then left out.
//
// Local memory holds one slice of 16 of the inner axis of both operands, inner axis outermost: tile[c * TILE_ROW + r]. The padding of 4 keeps
// rows aligned for reads of 4 floats and spreads writes over the banks.
#ifndef UNMUTE_TILE_H
#define UNMUTE_TILE_H
#include "functions.h"

#if defined(SMALL_TILES)
  #define TILE 32
#else
  #define TILE 64
#endif
#define TILE_DEPTH 16
// Items along a side of the tile.
#define TILE_SIDE (TILE / 4)
#define TILE_ITEMS (TILE_SIDE * TILE_SIDE)
#define TILE_ROW (TILE + 4)
#define TILE_SIZE (TILE_DEPTH * TILE_ROW)
#define TILE_LOADS (TILE * TILE_DEPTH / TILE_ITEMS)

// First row and first column of this item's results.
#define TILE_DOWN (ITEM / TILE_SIDE * 4)
#define TILE_RIGHT (ITEM % TILE_SIDE * 4)

#if !defined(TILE_GROUPS)
  #define TILE_GROUPS 2
#endif

#define EACH_OF_4(i) UNROLL for (int i = 0; i < 4; i++)

FUNCTION void clear_tile(float sum[4][4]) {
    EACH_OF_4(i) {
        EACH_OF_4(j) {
            sum[i][j] = 0.0f;
        }
    }
}

// Loads a slice from x: `rows` and `depth` are what remains from here on, the rest is 0. Neighbouring items read neighbouring elements, along
// the rows (by_row) or along the inner axis.
FUNCTION void load_tile(LOCAL float* tile, GLOBAL const float* x, i64 rows, i64 depth, i64 row_step, i64 step, int by_row) {
    UNROLL for (int q = 0; q < TILE_LOADS; q++) {
        int e = ITEM + q * TILE_ITEMS;
        int r = by_row ? e % TILE : e / TILE_DEPTH;
        int c = by_row ? e / TILE : e % TILE_DEPTH;
        tile[c * TILE_ROW + r] = r < rows && c < depth ? x[r * row_step + c * step] : 0.0f;
    }
}

// Adds the product of two slices: sum[i][j] += a[., down + i] b[., right + j], from the first to the last of the slice.
FUNCTION void multiply_tiles(LOCAL const float* a, LOCAL const float* b, float sum[4][4]) {
    const int down = TILE_DOWN;
    const int right = TILE_RIGHT;
    for (int c = 0; c < TILE_DEPTH; c++) {
        float x[4];
        float y[4];
        EACH_OF_4(i) {
            x[i] = a[c * TILE_ROW + down + i];
            y[i] = b[c * TILE_ROW + right + i];
        }
        EACH_OF_4(i) {
            EACH_OF_4(j) {
                sum[i][j] = FMAF(x[i], y[j], sum[i][j]);
            }
        }
    }
}

#endif
