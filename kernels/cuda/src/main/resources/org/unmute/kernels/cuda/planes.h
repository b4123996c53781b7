// Tiles of 64 rows in one or two planes of half precision, for attention on tensor cores: loading, splitting, multiplying. Groups of 128 items.
#ifndef UNMUTE_PLANES_H
#define UNMUTE_PLANES_H
#include "mma.h"

// Queries and columns of a group, keys of a tile, depth of a slice.
#define SIDE 64

// Four warps, each with 16 queries.
#define GROUP_ITEMS 128

// 32-bit words of one plane of a tile in half precision.
#define PLANE (SIDE * SIDE / 2)

// Rows of a tile that an item loads a quarter of.
#define ROWS (SIDE * 4 / GROUP_ITEMS)

// Words of a row of a plane: 128 bytes, 8 chunks of 16.
#define ROW (SIDE / 2)

// What is split has its max scaled to 2^14 up to 2^15. Then half precision has 11 bits for numbers down to 2^-28 of the max, and both planes
// together leave at most 2^-39 of it.
#define TOP 14

// Exponent fields are at least so: no scale leaves the range of float. What is below 2^-98 has fewer bits.
#define MIN_FIELD (127 - 98)

// 2^14 over the power of two with this exponent field, and that power over 2^28: what two scaled factors are multiplied by in the end.
#define SCALING(field) AS_FLOAT((uint)(2 * 127 + TOP - (field)) << 23)
#define UNSCALING(field) AS_FLOAT((uint)((field) - 2 * TOP) << 23)

// Where a chunk of a row is in a plane. Chunks are exchanged so that 8 rows have theirs in 32 banks.
FUNCTION int plane_place(int row, int chunk) {
    return row * ROW + (chunk ^ row % 8) * 4;
}

// Hides from the compiler how a number was computed. It would keep what depends on it, such as addresses, in registers over the loop, and these
// are scarce.
#if defined(UNMUTE_SHIM)
  #define OPAQUE(x)
#else
  #define OPAQUE(x) asm volatile("" : "+r"(x))
#endif

// ITEM, read anew.
FUNCTION int item_again() {
    int item = ITEM;
    OPAQUE(item);
    return item;
}

FUNCTION int at_most(i64 n, int limit) {
    return n < limit ? (int)n : limit;
}

// Loads this item's part of a tile from x, `rows` rows of `count` floats, 0 beyond: of each of ROWS rows four times four floats, every 16th.
FUNCTION void load_tile(float tile[ROWS][16], GLOBAL const float* x, int rows, int count, i64 row_step, i64 step, int aligned) {
    const int item = item_again();
    UNROLL for (int q = 0; q < ROWS; q++) {
        const int row = item / 4 + q * (SIDE / ROWS);
        GLOBAL const float* from = x + row * row_step;
        UNROLL for (int i = 0; i < 4; i++) {
            const int first = 16 * i + item % 4 * 4;
            if (aligned && row < rows && first + 4 <= count) {
                const float4 four = *(GLOBAL const float4*)(from + first);
                tile[q][4 * i] = four.x;
                tile[q][4 * i + 1] = four.y;
                tile[q][4 * i + 2] = four.z;
                tile[q][4 * i + 3] = four.w;
            } else {
                UNROLL for (int j = 0; j < 4; j++) {
                    tile[q][4 * i + j] = row < rows && first + j < count ? from[(first + j) * step] : 0.0f;
                }
            }
        }
    }
}

// The exponent field of the max absolute of a row, of which each of four items has 16 elements. What is not finite does not count.
FUNCTION int field_of_row(const float x[16]) {
    float top = 0.0f;
    UNROLL for (int i = 0; i < 16; i++) {
        top = fmaxf(top, FABSF(x[i]));
    }
    if (top == F_INFINITY) {
        top = 0.0f;
        UNROLL for (int i = 0; i < 16; i++) {
            top = FABSF(x[i]) < F_INFINITY ? fmaxf(top, FABSF(x[i])) : top;
        }
    }
    top = fmaxf(top, SHUFFLE_XOR(top, 1));
    top = fmaxf(top, SHUFFLE_XOR(top, 2));
    const int field = AS_INT(top) >> 23;
    return field < MIN_FIELD ? MIN_FIELD : field;
}

// Splits two numbers: high + low has their upper 22 bits.
template <int PLANES>
FUNCTION void split(float x, float y, uint planes[PLANES]) {
    if (PLANES == 1) {
        planes[0] = to_f16_pair(x, y);
    } else {
        const float high_x = AS_FLOAT(to_tf32(x));
        const float high_y = AS_FLOAT(to_tf32(y));
        planes[0] = to_f16_pair(high_x, high_y);
        planes[PLANES - 1] = to_f16_pair(x - high_x, y - high_y);
    }
}

// Splits a tile into planes, each row scaled by a power of two. `scales` gets these powers, or UNSCALING of them if `product`.
template <int PLANES>
FUNCTION void split_tile(const float tile[ROWS][16], LOCAL uint (*planes)[PLANE], LOCAL float* scales, const int product) {
    const int item = item_again();
    const int part = item % 4;
    UNROLL for (int q = 0; q < ROWS; q++) {
        const int row = item / 4 + q * (SIDE / ROWS);
        const int to = plane_place(row, part / 2) + part % 2 * 2;
        const int field = field_of_row(tile[q]);
        const float scaling = SCALING(field);
        UNROLL for (int i = 0; i < 4; i++) {
            const float* x = tile[q] + 4 * i;
            uint even[PLANES];
            uint odd[PLANES];
            split<PLANES>(x[0] * scaling, x[1] * scaling, even);
            split<PLANES>(x[2] * scaling, x[3] * scaling, odd);
            UNROLL for (int p = 0; p < PLANES; p++) {
                const uint2 pairs = {even[p], odd[p]};
                *(LOCAL uint2*)(planes[p] + (to ^ 8 * i)) = pairs;
            }
        }
        if (part == 0) {
            scales[row] = product ? UNSCALING(field) : AS_FLOAT((uint)field << 23);
        }
    }
}

// Adds a [16, 16] b [16, 16] to the sums of 16 x 16 results, of which `small` gets the products with a lower part.
template <int PLANES>
FUNCTION void multiply_planes(float large[2][4], float small[2][4], const uint a[PLANES][4], const uint b[PLANES][4]) {
    if (PLANES == 2) {
        UNROLL for (int j = 0; j < 2; j++) {
            multiply_f16(small[j], a[0], b[PLANES - 1] + 2 * j);
        }
        UNROLL for (int j = 0; j < 2; j++) {
            multiply_f16(small[j], a[PLANES - 1], b[0] + 2 * j);
        }
    }
    UNROLL for (int j = 0; j < 2; j++) {
        multiply_f16(large[j], a[0], b[0] + 2 * j);
    }
}

#endif
