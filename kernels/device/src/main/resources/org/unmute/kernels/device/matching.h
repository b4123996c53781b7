// What the kernels of prototype matching share: how tensors lie, norms of the rows of a tile, and the best of many cosines.
#ifndef UNMUTE_MATCHING_H
#define UNMUTE_MATCHING_H
#include "prototypes.h"
#include "tile.h"

#define ALONG 16

// +1 or -1; NaN for what is not finite, so that a diverged prototype does not pass as a sign.
FUNCTION float binarized(float p) {
    return (p >= 0.0f ? 1.0f : -1.0f) + (p - p);
}

// Products of a winner with its prototype, and norms, are summed by a row of 32 items, several winners a group: item l takes entries l,
// l + 32, ..., then halves are added; so does the processor.
#define WINNER_LANES 32
#define WINNER_LANE (ITEM % WINNER_LANES)

// Adds two numbers over each row of items; item 0 of the row has the sums. `scratch` has 2 ITEMS numbers. All items call it.
FUNCTION void winner_sums(LOCAL float* scratch, float* a, float* b) {
    scratch[ITEM] = *a;
    scratch[ITEMS + ITEM] = *b;
    BARRIER();
    for (int n = WINNER_LANES / 2; n > 0; n /= 2) {
        if (WINNER_LANE < n) {
            scratch[ITEM] += scratch[ITEM + n];
            scratch[ITEMS + ITEM] += scratch[ITEMS + ITEM + n];
        }
        BARRIER();
    }
    *a = scratch[ITEM];
    *b = scratch[ITEMS + ITEM];
    BARRIER();
}

// A slice of rows whose inner axis is read side by side, with the squares of what was read. The item's loads belong to rows
// ITEM / 16 + 16 q, so squares[q] is one of 16 parts of such a row's sum.
FUNCTION void load_tile_squares(LOCAL float* tile, GLOBAL const float* x, i64 rows, i64 depth, i64 row_step, i64 step, float* squares) {
    UNROLL for (int q = 0; q < TILE_LOADS; q++) {
        int r = ITEM / TILE_DEPTH + q * (TILE_ITEMS / TILE_DEPTH);
        int c = ITEM % TILE_DEPTH;
        float v = r < rows && c < depth ? x[r * row_step + c * step] : 0.0f;
        tile[c * TILE_ROW + r] = v;
        squares[q] = FMAF(v, v, squares[q]);
    }
}

// Adds the 16 parts of each row's squares and leaves 1 / max(norm, 1e-12) in inverse[row]. `scratch` has TILE * ALONG numbers.
FUNCTION void inverse_norms(LOCAL float* scratch, LOCAL float* inverse, const float* squares) {
    UNROLL for (int q = 0; q < TILE_LOADS; q++) {
        scratch[ITEM + q * TILE_ITEMS] = squares[q];
    }
    BARRIER();
    for (int n = ALONG / 2; n > 0; n /= 2) {
        UNROLL for (int q = 0; q < TILE_LOADS; q++) {
            if (ITEM % ALONG < n) {
                scratch[ITEM + q * TILE_ITEMS] += scratch[ITEM + q * TILE_ITEMS + n];
            }
        }
        BARRIER();
    }
    if (ITEM < TILE) {
        float norm = SQRTF(scratch[ITEM * ALONG]);
        inverse[ITEM] = 1.0f / (norm < NORM_FLOOR ? NORM_FLOOR : norm);
    }
    BARRIER();
}

// Items that saw no token hold -infinity at a place behind all tokens, which nothing loses to.
#define NOWHERE 0x7fffffff

// How far apart two cosines in float32 must be to tell which is greater: 4 sqrt(dim) roundings, some 15 times their usual error.
FUNCTION float reach(const Matching* m) {
    return 4.0f * SQRTF((float)m->dim) * 5.9604645e-8f;
}

// Takes another value into the best so far. bit of *close: whether a value that lost is within `gap` of the best. What lost before the
// best rose by more than the gap is not.
FUNCTION int takes(float value, i64 at, float best, i64 place, float gap, int bit, int* close) {
    int wins = beats(value, at, best, place);
    if (FABSF(value - best) <= gap) {
        *close |= bit;
    } else if (wins) {
        *close &= ~bit;
    }
    return wins;
}

// The better of this item's best and those of the items that saw other tokens; written for prototypes from `first` on. The winner is
// marked if what lost came close.
FUNCTION void write_best(LOCAL float* scratch, LOCAL int* places, const float* best, const int* place, int close, float gap,
        GLOBAL float* values, GLOBAL int* winners, const Matching* m, i64 clip, i64 first) {
    EACH_OF_4(j) {
        scratch[(TILE_RIGHT + j) * ALONG + ITEM / 16] = best[j];
        places[(TILE_RIGHT + j) * ALONG + ITEM / 16] = (close >> j & 1) ? -1 - place[j] : place[j];
    }
    BARRIER();
    if (ITEM < TILE && first + ITEM < m->prototypes) {
        float value = -F_INFINITY;
        int winner = NOWHERE;
        int marked = 0;
        for (int i = 0; i < ALONG; i++) {
            float other = scratch[ITEM * ALONG + i];
            int at = places[ITEM * ALONG + i];
            int was = at < 0;
            at = was ? -1 - at : at;
            if (takes(other, at, value, winner, gap, 1, &marked)) {
                value = other;
                winner = at;
                marked |= was;
            }
        }
        values[m->value_offset + clip * m->value_clip + (first + ITEM) * m->value_step] = value;
        winners[m->winner_offset + clip * m->winner_clip + (first + ITEM) * m->winner_step] = marked ? -1 - winner : winner;
    }
    BARRIER();
}

// The best of a clip's cosines with prototype j, ALONG apart.
FUNCTION void write_best_of_clip(LOCAL const float* cosines, float gap, GLOBAL float* values, GLOBAL int* winners, const Matching* m,
        i64 clip, i64 j) {
    float best = cosines[0];
    int place = 0;
    int close = 0;
    for (int n = 1; n < (int)m->tokens; n++) {
        if (takes(cosines[n * ALONG], n, best, place, gap, 1, &close)) {
            best = cosines[n * ALONG];
            place = n;
        }
    }
    if (j < m->prototypes) {
        values[m->value_offset + clip * m->value_clip + j * m->value_step] = best;
        winners[m->winner_offset + clip * m->winner_clip + j * m->winner_step] = close ? -1 - place : place;
    }
}

// 16 signs of each of 64 prototypes, out of words of 32. Their squares are known without being summed.
FUNCTION void load_signs(LOCAL float* tile, GLOBAL const uint* bits, i64 rows, i64 words, i64 from, float* squares) {
    UNROLL for (int q = 0; q < TILE_LOADS; q++) {
        int r = ITEM / TILE_DEPTH + q * (TILE_ITEMS / TILE_DEPTH);
        int c = ITEM % TILE_DEPTH;
        uint word = r < rows ? bits[r * words + from / 32] : 0u;
        tile[c * TILE_ROW + r] = AS_FLOAT(0x3f800000u | (word >> ((int)(from % 32) + c)) << 31);
    }
}

FUNCTION void load_scales(LOCAL float* inverse, GLOBAL const float* scales, i64 rows) {
    if (ITEM < TILE) {
        inverse[ITEM] = ITEM < rows ? scales[ITEM] : 0.0f;
    }
    BARRIER();
}

#endif
