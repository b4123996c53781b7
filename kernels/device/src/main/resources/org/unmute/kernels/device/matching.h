// Shared by the kernels of prototype matching: norms of the rows of a tile, and the running winner.
#ifndef UNMUTE_MATCHING_H
#define UNMUTE_MATCHING_H
#include "prototypes.h"
#define TILE_GROUPS 3
#include "tile.h"

// Partial sums of a row's squares, one per column of a slice.
#define PARTS 16

// +1 or -1; NaN if p is not finite, so that a diverged prototype does not pass for a sign.
FUNCTION float binarized(float p) {
    return (p >= 0.0f ? 1.0f : -1.0f) + (p - p);
}

// A winner's dot product with its prototype, and its norm, are summed by 32 items, several winners per group: item l adds entries l, l + 32,
// ..., then halves are added, as on the CPU.
#define WINNER_LANES 32
#define WINNER_LANE (ITEM % WINNER_LANES)

// Sums a and b over the items of each winner; its item 0 has the results. `scratch` has 2 ITEMS floats. All items must call it.
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

// Loads a slice along the inner axis and accumulates squares. This item loads from rows ITEM / 16 + 16 q, so squares[q] is one of the 16
// partial sums of such a row.
FUNCTION void load_tile_squares(LOCAL float* tile, GLOBAL const float* x, i64 rows, i64 depth, i64 row_step, i64 step, float* squares) {
    UNROLL for (int q = 0; q < TILE_LOADS; q++) {
        int r = ITEM / TILE_DEPTH + q * (TILE_ITEMS / TILE_DEPTH);
        int c = ITEM % TILE_DEPTH;
        float v = r < rows && c < depth ? x[r * row_step + c * step] : 0.0f;
        tile[c * TILE_ROW + r] = v;
        squares[q] = FMAF(v, v, squares[q]);
    }
}

// Adds the 16 partial sums of each row's squares and stores 1 / max(norm, 1e-12) in inverse[row]. `scratch` has TILE * PARTS floats.
FUNCTION void inverse_norms(LOCAL float* scratch, LOCAL float* inverse, const float* squares) {
    UNROLL for (int q = 0; q < TILE_LOADS; q++) {
        scratch[ITEM + q * TILE_ITEMS] = squares[q];
    }
    BARRIER();
    for (int n = PARTS / 2; n > 0; n /= 2) {
        UNROLL for (int q = 0; q < TILE_LOADS; q++) {
            if (ITEM % PARTS < n) {
                scratch[ITEM + q * TILE_ITEMS] += scratch[ITEM + q * TILE_ITEMS + n];
            }
        }
        BARRIER();
    }
    if (ITEM < TILE) {
        float norm = SQRTF(scratch[ITEM * PARTS]);
        inverse[ITEM] = 1.0f / (norm < NORM_FLOOR ? NORM_FLOOR : norm);
    }
    BARRIER();
}

// Index held by items that saw no token, with -infinity as value: it loses to every token.
#define NO_TOKEN 0x7fffffff

// A dot product is summed in blocks of this many entries, so that its error grows with the square root of dim.
#define DOT_BLOCK 64

// sum += part, and part = 0.
FUNCTION void add_tile(float sum[4][4], float part[4][4]) {
    EACH_OF_4(i) {
        EACH_OF_4(j) {
            sum[i][j] += part[i][j];
            part[i][j] = 0.0f;
        }
    }
}

// Max difference of the float32 cosines of two tokens whose exact cosines are in the other order (docs/kernels.md). By Cauchy-Schwarz the
// partial sums of a block are at most sqrt(k / dim) after k entries, all as parts of a cosine; its chain is off by 2/3 64^1.5 u and all of
// them by sqrt(dim / 64) times that over sqrt(dim), 43 u; the chain of blocks by 2/3 dim / 64 u; the norm, 16 chains, by dim / 32 u; roots,
// quotients and products by 10 u.
FUNCTION float float32_margin(const Matching* m) {
    return 2.0f * 5.9604645e-8f * (60.0f + (float)m->dim * (1.0f / 96.0f + 1.0f / 32.0f));
}

// Whether value at index `at` beats the best so far. Sets `bit` of *close where the loser is within `gap` of the best; a best that rises by
// more than the gap clears it.
FUNCTION int beats_best(float value, i64 at, float best, i64 place, float gap, int bit, int* close) {
    int wins = beats(value, at, best, place);
    if (FABSF(value - best) <= gap) {
        *close |= bit;
    } else if (wins) {
        *close &= ~bit;
    }
    return wins;
}

// Reduces the items that saw other tokens of the same prototypes and writes the winners of prototypes from `first` on. A winner that a
// loser came close to is marked, by -1 - index.
FUNCTION void write_best(LOCAL float* scratch, LOCAL int* places, const float* best, const int* place, int close, float gap,
        GLOBAL float* values, GLOBAL int* winners, const Matching* m, i64 clip, i64 first) {
    EACH_OF_4(j) {
        scratch[(TILE_RIGHT + j) * TILE_SIDE + ITEM / TILE_SIDE] = best[j];
        places[(TILE_RIGHT + j) * TILE_SIDE + ITEM / TILE_SIDE] = (close >> j & 1) ? -1 - place[j] : place[j];
    }
    BARRIER();
    if (ITEM < TILE && first + ITEM < m->prototypes) {
        float value = -F_INFINITY;
        int winner = NO_TOKEN;
        int marked = 0;
        for (int i = 0; i < TILE_SIDE; i++) {
            float other = scratch[ITEM * TILE_SIDE + i];
            int at = places[ITEM * TILE_SIDE + i];
            int was = at < 0;
            at = was ? -1 - at : at;
            if (beats_best(other, at, value, winner, gap, 1, &marked)) {
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

// The winner among a clip's cosines with prototype j, which are TILE_SIDE apart.
FUNCTION void write_best_of_clip(LOCAL const float* cosines, float gap, GLOBAL float* values, GLOBAL int* winners, const Matching* m,
        i64 clip, i64 j) {
    float best = cosines[0];
    int place = 0;
    int close = 0;
    for (int n = 1; n < (int)m->tokens; n++) {
        if (beats_best(cosines[n * TILE_SIDE], n, best, place, gap, 1, &close)) {
            best = cosines[n * TILE_SIDE];
            place = n;
        }
    }
    if (j < m->prototypes) {
        values[m->value_offset + clip * m->value_clip + j * m->value_step] = best;
        winners[m->winner_offset + clip * m->winner_clip + j * m->winner_step] = close ? -1 - place : place;
    }
}

// 16 signs of each of 64 prototypes, from words of 32 bits. Their squares need no summing.
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
