// Shared by the matrix products (matmul.cl and its tensor-core variants): sizes and strides, order of tiles, bias, activation and residual.
#ifndef UNMUTE_PRODUCT_H
#define UNMUTE_PRODUCT_H
#include "activation.h"

// Bands of tiles that are processed together.
#define BANDS 8

typedef struct {
    i64 m, n, k;
    i64 a_row, a_inner, b_inner, b_column, out_row, out_column;
    i64 bias_offset, bias_step;
    i64 residual_row, residual_column;
    i64 a_aligned, b_aligned;
    i64 has_bias, activation, has_residual;
} Product;

// Band and column of a tile.
FUNCTION void place_of_tile(i64 tile, i64 bands, i64 tiles, i64* band, i64* column) {
    i64 first = tile / (BANDS * tiles) * BANDS;
    i64 height = bands - first < BANDS ? bands - first : BANDS;
    i64 rest = tile - first * tiles;
    *column = rest / height;
    *band = first + rest - *column * height;
}

// Applies bias, activation and residual to the sum at row m, column n, and writes it.
FUNCTION void write_result(float sum, GLOBAL const float* bias, GLOBAL const float* residual, GLOBAL float* out, const Product* p, i64 m,
        i64 n) {
    if (m < p->m && n < p->n) {
        float y = activated(p->has_bias ? sum + bias[p->bias_offset + n * p->bias_step] : sum, (int)p->activation);
        out[m * p->out_row + n * p->out_column] = p->has_residual ? residual[m * p->residual_row + n * p->residual_column] + y : y;
    }
}

#endif
