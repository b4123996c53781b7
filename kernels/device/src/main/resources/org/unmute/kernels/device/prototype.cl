// Prototype matching: the greatest cosine of each prototype over a clip's tokens, and its gradient.
//
// What:    values[b, j] = max over n of cos(x[b, n], p[j]), winners[b, j] the first n that has it. Similarities [tokens, prototypes]
//          live in registers, 4 x 4 an item, and are never written.
//          _binary: p is the sign of the prototypes, one bit an entry, packed by prototype_pack.
//          _frames: for many short clips, such as the frames of a grid: the maximum over frequency only.
//          _settle: the winner in exact arithmetic where float32 cannot tell it from the next best. _binary marks these winners by
//          -1 - n; they are few (one in ten thousand on random tokens), unless a clip has the same token several times.
//          Gradient, with x the winner and s the cosine: ds/dp = (x/|x| - s p/|p|) / |p|, ds/dx likewise; where a norm is below
//          1e-12 it counts as that, and its s term falls away. Only winners take part.
// Layout:  x [clips, tokens, dim], p [prototypes, dim], values, winners, gradients by any strides (struct Matching).
// Launch:  match: one group of 256 items for a clip and 64 prototypes; it passes over all tokens, 64 at a time, and over dim, 16 at
//          a time. Local memory: 2 slices and norms, 17 KiB. _frames: one group for the clips in a tile and 64 prototypes, 13 KiB.
//          _settle: one group (GROUP_ITEMS) for as many winners. Gradient: one group (GROUP_ITEMS) a winner, a prototype, a token.
// Order:   a dot product is one chain of fused multiply-adds over dim. Squares: 16 chains, of every 16th number, then halves are
//          added. The best of two is the greater, then the one further in front, so its order does not matter. Gradients add clips
//          in order, and the prototypes that a token won in order. _settle sums with twice the digits of a float, 16 chains a token.
// Limits:  fewer than 2^31 tokens a clip. Memory beyond inputs and outputs, whatever the number of clips and tokens: none; _binary:
//          a bit an entry and a number a prototype; gradient: three numbers a winner of 64 clips, which is 192 a prototype.
#include "tile.h"
#include "group.h"

#define NORM_FLOOR 1e-12f
#define ALONG 16

typedef struct {
    i64 clips, tokens, prototypes, dim;
    i64 x_offset, x_clip, x_token, x_step;
    i64 p_offset, p_row, p_step;
    i64 value_offset, value_clip, value_step;       // values, or the gradient of values
    i64 winner_offset, winner_clip, winner_step;
    i64 gx_offset, gx_clip, gx_token, gx_step;
    i64 gp_offset, gp_row, gp_step;
} Matching;

// +1 or -1; NaN for what is not finite, so that a diverged prototype does not pass as a sign.
FUNCTION float binarized(float p) {
    return (p >= 0.0f ? 1.0f : -1.0f) + (p - p);
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

// Dot products of 64 rows of x with 64 prototypes, in sum, and what their norms are divided by, in x_inverse and p_inverse.
#define MULTIPLY_ROWS(row, rows, load_row, inverse_row) \
    clear_tile(sum); \
    UNROLL for (int q = 0; q < TILE_LOADS; q++) { \
        x_squares[q] = 0.0f; \
        p_squares[q] = 0.0f; \
    } \
    for (i64 from = 0; from < m.dim; from += TILE_DEPTH) { \
        load_tile_squares(xs, row + from * m.x_step, rows, m.dim - from, m.x_token, m.x_step, x_squares); \
        load_row; \
        BARRIER(); \
        multiply_tiles(xs, ps, sum); \
        BARRIER(); \
    } \
    inverse_norms(scratch, x_inverse, x_squares); \
    inverse_row

#define COSINE(i, j) (sum[i][j] * x_inverse[TILE_DOWN + i] * p_inverse[TILE_RIGHT + j])

#define MATCH(name, type, marks, load_row, inverse_row) \
    KERNEL void name(GLOBAL const float* x, GLOBAL const type* p, GLOBAL const float* scales, GLOBAL float* values, \
            GLOBAL int* winners, PARAMETER(Matching) m) { \
        LOCAL_ARRAY(float, xs, TILE_SIZE); \
        LOCAL_ARRAY(float, ps, TILE_SIZE); \
        LOCAL_ARRAY(float, scratch, TILE * ALONG); \
        LOCAL_ARRAY(int, places, TILE * ALONG); \
        LOCAL_ARRAY(float, x_inverse, TILE); \
        LOCAL_ARRAY(float, p_inverse, TILE); \
        const i64 bands = (m.prototypes + TILE - 1) / TILE; \
        const float gap = marks ? reach(&m) : -1.0f; \
        EACH_TASK(task, m.clips * bands) { \
            i64 clip = task / bands; \
            i64 first = (task - clip * bands) * TILE; \
            float best[4]; \
            int place[4]; \
            int close = 0; \
            EACH_OF_4(j) { \
                best[j] = -F_INFINITY; \
                place[j] = NOWHERE; \
            } \
            for (i64 token = 0; token < m.tokens; token += TILE) { \
                GLOBAL const float* row = x + m.x_offset + clip * m.x_clip + token * m.x_token; \
                float sum[4][4]; \
                float x_squares[TILE_LOADS]; \
                float p_squares[TILE_LOADS]; \
                MULTIPLY_ROWS(row, m.tokens - token, load_row, inverse_row); \
                EACH_OF_4(i) { \
                    int n = (int)token + TILE_DOWN + i; \
                    EACH_OF_4(j) { \
                        float cosine = COSINE(i, j); \
                        if (n < m.tokens && takes(cosine, n, best[j], place[j], gap, 1 << j, &close)) { \
                            best[j] = cosine; \
                            place[j] = n; \
                        } \
                    } \
                } \
                BARRIER(); \
            } \
            write_best(scratch, places, best, place, close, gap, values, winners, &m, clip, first); \
        } \
    }

// The same for clips of at most TILE tokens, whose tokens lie in one even step from the first clip to the last: a group takes as many
// whole clips as have room in a tile. The cosines of 16 prototypes at a time, every fourth, go through local memory.
#define MATCH_FRAMES(name, type, marks, load_row, inverse_row) \
    KERNEL void name(GLOBAL const float* x, GLOBAL const type* p, GLOBAL const float* scales, GLOBAL float* values, \
            GLOBAL int* winners, PARAMETER(Matching) m) { \
        LOCAL_ARRAY(float, xs, TILE_SIZE); \
        LOCAL_ARRAY(float, ps, TILE_SIZE); \
        LOCAL_ARRAY(float, scratch, TILE * ALONG); \
        LOCAL_ARRAY(float, x_inverse, TILE); \
        LOCAL_ARRAY(float, p_inverse, TILE); \
        const i64 bands = (m.prototypes + TILE - 1) / TILE; \
        const float gap = marks ? reach(&m) : -1.0f; \
        const int tokens = (int)m.tokens; \
        const int most = TILE / tokens; \
        EACH_TASK(task, (m.clips + most - 1) / most * bands) { \
            i64 block = task / bands; \
            i64 first = (task - block * bands) * TILE; \
            i64 clip = block * most; \
            int clips = m.clips - clip < most ? (int)(m.clips - clip) : most; \
            GLOBAL const float* row = x + m.x_offset + clip * m.x_clip; \
            float sum[4][4]; \
            float x_squares[TILE_LOADS]; \
            float p_squares[TILE_LOADS]; \
            MULTIPLY_ROWS(row, (i64)clips * tokens, load_row, inverse_row); \
            EACH_OF_4(j) { \
                EACH_OF_4(i) { \
                    scratch[(TILE_DOWN + i) * ALONG + ITEM % 16] = COSINE(i, j); \
                } \
                BARRIER(); \
                for (int e = ITEM; e < clips * 16; e += TILE_ITEMS) { \
                    write_best_of_clip(scratch + e / 16 * tokens * ALONG + e % 16, gap, values, winners, &m, clip + e / 16, \
                            first + e % 16 * 4 + j); \
                } \
                BARRIER(); \
            } \
        } \
    }

#define FLOAT_ROWS \
    load_tile_squares(ps, p + m.p_offset + first * m.p_row + from * m.p_step, m.prototypes - first, m.dim - from, m.p_row, m.p_step, \
            p_squares)
#define FLOAT_NORMS inverse_norms(scratch, p_inverse, p_squares)

// Float prototypes: `scales` is not read.
MATCH(prototype_match, float, 0, FLOAT_ROWS, FLOAT_NORMS)
MATCH_FRAMES(prototype_match_frames, float, 0, FLOAT_ROWS, FLOAT_NORMS)

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

// Packed signs: beyond dim the tokens are read as 0, so the signs there do not matter.
#define SIGN_ROWS load_signs(ps, p + first * ((m.dim + 31) / 32), m.prototypes - first, (m.dim + 31) / 32, from, p_squares)
#define SIGN_NORMS load_scales(p_inverse, scales + first, m.prototypes - first)

MATCH(prototype_match_binary, uint, 1, SIGN_ROWS, SIGN_NORMS)
MATCH_FRAMES(prototype_match_frames_binary, uint, 1, SIGN_ROWS, SIGN_NORMS)

// bits[j, w]: bit i is 1 where entry 32 w + i of prototype j is negative; scales[j] = 1 / sqrt(dim), or NaN if an entry is not finite.
KERNEL void prototype_pack(GLOBAL const float* p, GLOBAL uint* bits, GLOBAL float* scales, PARAMETER(Matching) m) {
    EACH_ELEMENT(j, m.prototypes) {
        i64 words = (m.dim + 31) / 32;
        float finite = 0.0f;
        for (i64 w = 0; w < words; w++) {
            uint word = 0u;
            for (int i = 0; i < 32 && w * 32 + i < m.dim; i++) {
                float v = p[m.p_offset + j * m.p_row + (w * 32 + i) * m.p_step];
                finite += v - v;
                word |= (v >= 0.0f ? 0u : 1u) << i;
            }
            bits[j * words + w] = word;
        }
        scales[j] = 1.0f / SQRTF((float)m.dim) + finite;
    }
}

// A number with twice the digits of a float: the sum of two, the second below the rounding of the first.
typedef struct {
    float high, low;
} Twofold;

FUNCTION Twofold twofold(float a, float b) {
    Twofold t;
    t.high = a + b;
    float back = t.high - a;
    t.low = (a - (t.high - back)) + (b - back);
    return t;
}

FUNCTION void add_to(Twofold* sum, float a) {
    Twofold t = twofold(sum->high, a);
    sum->high = t.high;
    sum->low += t.low;
}

FUNCTION int exceeds(Twofold a, Twofold b) {
    return a.high > b.high || (a.high == b.high && a.low > b.low);
}

// dot / max(sqrt(square), 1e-12). Remainders put right what a device's root and quotient leave.
FUNCTION Twofold over_norm(Twofold dot, Twofold square) {
    dot = twofold(dot.high, dot.low);
    square = twofold(square.high, square.low);
    float norm = SQRTF(square.high);
    float rest = norm > 0.0f ? (FMAF(-norm, norm, square.high) + square.low) / (2.0f * norm) : 0.0f;
    if (norm < NORM_FLOOR) {
        norm = NORM_FLOOR;
        rest = 0.0f;
    }
    float quotient = dot.high / norm;
    float remainder = FMAF(-quotient, norm, dot.high) + (dot.low - quotient * rest);
    return twofold(quotient, remainder / norm);
}

FUNCTION float signed_entry(float v, GLOBAL const uint* signs, i64 d) {
    return AS_FLOAT(AS_UINT(v) ^ (signs[d / 32] >> (int)(d % 32)) << 31);
}

#define SETTLE_ROWS (MOST_ITEMS / ALONG)

// The first token with the greatest product with a prototype's signs, among those whose cosine in float32 is at least `least`, or
// NOWHERE. Each row of 16 items takes a token: a product in float32, and the exact one only if that is within reach. All items call it;
// item 0 has the result.
FUNCTION int settled(LOCAL float* parts, LOCAL float* cosines, LOCAL int* places, GLOBAL const float* x, GLOBAL const uint* signs, float scale,
        float least, const Matching* m) {
    const int row = ITEM / ALONG;
    const int lane = ITEM % ALONG;
    Twofold best;
    best.high = -F_INFINITY;
    best.low = 0.0f;
    int place = NOWHERE;
    for (i64 from = 0; from < m->tokens; from += SETTLE_ROWS) {
        const int there = from + row < m->tokens;
        GLOBAL const float* token = x + (from + row) * m->x_token;
        float dot = 0.0f;
        float square = 0.0f;
        for (i64 d = lane; there && d < m->dim; d += ALONG) {
            float v = token[d * m->x_step];
            dot += signed_entry(v, signs, d);
            square = FMAF(v, v, square);
        }
        parts[ITEM] = dot;
        parts[MOST_ITEMS + ITEM] = square;
        BARRIER();
        if (lane == 0) {
            for (int i = 1; i < ALONG; i++) {
                dot += parts[ITEM + i];
                square += parts[MOST_ITEMS + ITEM + i];
            }
            float norm = SQRTF(square);
            cosines[row] = there ? dot / (norm < NORM_FLOOR ? NORM_FLOOR : norm) * scale : -F_INFINITY;
        }
        BARRIER();
        const int near = cosines[row] >= least;
        Twofold dots = twofold(0.0f, 0.0f);
        Twofold squares = twofold(0.0f, 0.0f);
        for (i64 d = lane; near && d < m->dim; d += ALONG) {
            float v = token[d * m->x_step];
            add_to(&dots, signed_entry(v, signs, d));
            add_to(&squares, v * v);
            squares.low += FMAF(v, v, -(v * v));
        }
        parts[ITEM] = dots.high;
        parts[MOST_ITEMS + ITEM] = dots.low;
        parts[2 * MOST_ITEMS + ITEM] = squares.high;
        parts[3 * MOST_ITEMS + ITEM] = squares.low;
        BARRIER();
        if (near && lane == 0) {
            for (int i = 1; i < ALONG; i++) {
                add_to(&dots, parts[ITEM + i]);
                dots.low += parts[MOST_ITEMS + ITEM + i];
                add_to(&squares, parts[2 * MOST_ITEMS + ITEM + i]);
                squares.low += parts[3 * MOST_ITEMS + ITEM + i];
            }
            Twofold cosine = over_norm(dots, squares);
            if (exceeds(cosine, best)) {
                best = cosine;
                place = (int)from + row;
            }
        }
        BARRIER();
    }
    if (lane == 0) {
        parts[row] = best.high;
        parts[MOST_ITEMS + row] = best.low;
        places[row] = place;
    }
    BARRIER();
    if (ITEM == 0) {
        for (int i = 1; i < SETTLE_ROWS; i++) {
            Twofold other;
            other.high = parts[i];
            other.low = parts[MOST_ITEMS + i];
            if (exceeds(other, best) || (!exceeds(best, other) && places[i] < place)) {
                best = other;
                place = places[i];
            }
        }
    }
    BARRIER();
    return place;
}

// Unmarks winners. One that no exact product confirms, for it overflows, stays.
KERNEL void prototype_settle(GLOBAL const float* x, GLOBAL const uint* bits, GLOBAL const float* scales, GLOBAL const float* values,
        GLOBAL int* winners, PARAMETER(Matching) m) {
    LOCAL_ARRAY(int, open, MOST_ITEMS + 1);
    LOCAL_ARRAY(float, parts, 4 * MOST_ITEMS);
    LOCAL_ARRAY(float, cosines, SETTLE_ROWS);
    LOCAL_ARRAY(int, places, SETTLE_ROWS);
    EACH_TASK(task, (m.clips * m.prototypes + MOST_ITEMS - 1) / MOST_ITEMS) {
        i64 mine = task * MOST_ITEMS + ITEM;
        i64 own = mine / m.prototypes;
        open[ITEM] = mine < m.clips * m.prototypes
                && winners[m.winner_offset + own * m.winner_clip + (mine - own * m.prototypes) * m.winner_step] < 0;
        BARRIER();
        if (ITEM == 0) {
            int count = 0;
            for (int i = 0; i < MOST_ITEMS; i++) {
                if (open[i]) {
                    open[count++] = i;
                }
            }
            open[MOST_ITEMS] = count;
        }
        BARRIER();
        const int count = open[MOST_ITEMS];
        for (int i = 0; i < count; i++) {
            i64 pair = task * MOST_ITEMS + open[i];
            i64 clip = pair / m.prototypes;
            i64 j = pair - clip * m.prototypes;
            float least = values[m.value_offset + clip * m.value_clip + j * m.value_step] - 2.0f * reach(&m);
            int place = settled(parts, cosines, places, x + m.x_offset + clip * m.x_clip, bits + j * ((m.dim + 31) / 32), scales[j], least, &m);
            if (ITEM == 0) {
                GLOBAL int* winner = winners + m.winner_offset + clip * m.winner_clip + j * m.winner_step;
                *winner = place == NOWHERE ? -1 - *winner : place;
            }
        }
        BARRIER();
    }
}

// For each clip and prototype: g / (|x| |p|), g s / |x|^2, g s / |p|^2 (0 where the norm is at its floor).
KERNEL void prototype_factors(GLOBAL const float* x, GLOBAL const float* p, GLOBAL const int* winners, GLOBAL const float* upstream,
        GLOBAL float* factors, PARAMETER(Matching) m, const int binary) {
    LOCAL_ARRAY(float, scratch, MOST_ITEMS);
    EACH_TASK(task, m.clips * m.prototypes) {
        i64 clip = task / m.prototypes;
        i64 j = task - clip * m.prototypes;
        i64 winner = winners[m.winner_offset + clip * m.winner_clip + j * m.winner_step];
        GLOBAL const float* row = x + m.x_offset + clip * m.x_clip + winner * m.x_token;
        float dot = 0.0f;
        float x_square = 0.0f;
        float p_square = 0.0f;
        for (i64 d = ITEM; d < m.dim; d += ITEMS) {
            float a = row[d * m.x_step];
            float b = p[m.p_offset + j * m.p_row + d * m.p_step];
            b = binary ? binarized(b) : b;
            dot = FMAF(a, b, dot);
            x_square = FMAF(a, a, x_square);
            p_square = FMAF(b, b, p_square);
        }
        dot = group_sum(scratch, dot);
        float x_norm = SQRTF(group_sum(scratch, x_square));
        float p_norm = SQRTF(group_sum(scratch, p_square));
        if (ITEM == 0) {
            float g = upstream[m.value_offset + clip * m.value_clip + j * m.value_step];
            int x_floor = x_norm < NORM_FLOOR;
            int p_floor = p_norm < NORM_FLOOR;
            float x_inverse = 1.0f / (x_floor ? NORM_FLOOR : x_norm);
            float p_inverse = 1.0f / (p_floor ? NORM_FLOOR : p_norm);
            float s = dot * x_inverse * p_inverse;
            factors[3 * task] = g * x_inverse * p_inverse;
            factors[3 * task + 1] = x_floor ? 0.0f : g * s * x_inverse * x_inverse;
            factors[3 * task + 2] = p_floor ? 0.0f : g * s * p_inverse * p_inverse;
        }
    }
}

// gp[j] = sum over clips of factor x[winner] - factor p[j]; on top of what earlier clips left there, if there are `more` than these.
KERNEL void prototype_gradient(GLOBAL const float* x, GLOBAL const float* p, GLOBAL const int* winners, GLOBAL const float* factors,
        GLOBAL float* gp, PARAMETER(Matching) m, const int binary, const int more) {
    EACH_TASK(j, m.prototypes) {
        for (i64 d = ITEM; d < m.dim; d += ITEMS) {
            float own = p[m.p_offset + j * m.p_row + d * m.p_step];
            own = binary ? binarized(own) : own;
            GLOBAL float* result = gp + m.gp_offset + j * m.gp_row + d * m.gp_step;
            float sum = more ? *result : 0.0f;
            for (i64 clip = 0; clip < m.clips; clip++) {
                i64 winner = winners[m.winner_offset + clip * m.winner_clip + j * m.winner_step];
                GLOBAL const float* factor = factors + 3 * (clip * m.prototypes + j);
                float v = x[m.x_offset + clip * m.x_clip + winner * m.x_token + d * m.x_step];
                sum += FMAF(factor[0], v, -factor[2] * own);
            }
            *result = sum;
        }
    }
}

// gx[n] = sum over the prototypes that token n won of factor p[j] - factor x[n]. Each group lists its prototypes, some at a time, in
// their order; most tokens win few or none.
KERNEL void token_gradient(GLOBAL const float* x, GLOBAL const float* p, GLOBAL const int* winners, GLOBAL const float* factors,
        GLOBAL float* gx, PARAMETER(Matching) m, const int binary) {
    LOCAL_ARRAY(int, won, MOST_ITEMS);
    LOCAL_ARRAY(int, counts, MOST_ITEMS);
    EACH_TASK(task, m.clips * m.tokens) {
        i64 clip = task / m.tokens;
        i64 n = task - clip * m.tokens;
        GLOBAL const float* row = x + m.x_offset + clip * m.x_clip + n * m.x_token;
        GLOBAL float* result = gx + m.gx_offset + clip * m.gx_clip + n * m.gx_token;
        for (i64 d = ITEM; d < m.dim; d += ITEMS) {
            result[d * m.gx_step] = 0.0f;
        }
        for (i64 first = 0; first < m.prototypes; first += ITEMS) {
            i64 j = first + ITEM;
            int mine = j < m.prototypes && winners[m.winner_offset + clip * m.winner_clip + j * m.winner_step] == n;
            counts[ITEM] = mine;
            BARRIER();
            // Running count by doubling steps: where this item's prototype goes in the list.
            for (int step = 1; step < ITEMS; step *= 2) {
                int before = ITEM >= step ? counts[ITEM - step] : 0;
                BARRIER();
                counts[ITEM] += before;
                BARRIER();
            }
            if (mine) {
                won[counts[ITEM] - 1] = ITEM;
            }
            BARRIER();
            int count = counts[ITEMS - 1];
            for (i64 d = ITEM; d < m.dim && count > 0; d += ITEMS) {
                float own = row[d * m.x_step];
                float sum = result[d * m.gx_step];
                for (int i = 0; i < count; i++) {
                    i64 k = first + won[i];
                    GLOBAL const float* factor = factors + 3 * (clip * m.prototypes + k);
                    float v = p[m.p_offset + k * m.p_row + d * m.p_step];
                    sum += FMAF(factor[0], binary ? binarized(v) : v, -factor[1] * own);
                }
                result[d * m.gx_step] = sum;
            }
            BARRIER();
        }
    }
}
