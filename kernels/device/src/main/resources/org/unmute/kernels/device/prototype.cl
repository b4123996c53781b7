// Prototype matching: for each prototype the max cosine over the tokens of a clip, and its gradient.
//
// What:    values[b, j] = max over n of cos(x[b, n], p[j]), winners[b, j] the first n that attains it. Similarities [tokens, prototypes]
//          stay in registers, 4 x 4 per item, and are never written.
//          _binary: p is the sign of the prototypes, one bit per entry, packed by prototype_pack.
//          _frames: for many short clips, such as the frames of a grid where the max runs over frequency only.
//          _rescore: the winner in exact arithmetic where float32 cannot separate it from the runner-up. _binary marks these winners by
//          -1 - n; they are few (one in ten thousand on random tokens), unless a clip repeats a token.
//          _values: recomputes the cosines of the binary winners, with the CPU's bits.
//          Gradient, with x the winner and s the cosine: ds/dp = (x/|x| - s p/|p|) / |p|, ds/dx likewise; a norm below 1e-12 is clamped to
//          that, and its s term vanishes. Only winners take part.
// Layout:  x [clips, tokens, dim], p [prototypes, dim], values, winners, gradients by any strides (struct Matching).
// Launch:  match: one group of 256 items per clip and 64 prototypes; it passes over all tokens, 64 at a time, and over dim, 16 at a time.
//          Local memory: two slices and norms, 17 KiB. _frames: one group per tile of whole clips and 64 prototypes, 13 KiB. _rescore: one
//          group (GROUP_ITEMS) per GROUP_ITEMS winners. _values, factors of the gradient: one group per 4 winners. Gradient: one group
//          (GROUP_ITEMS) per prototype, per token.
// Order:   a dot product is one chain of fused multiply-adds over dim; _binary: one for each 64 entries, and these are added in order.
//          Squares: 16 chains, each of every 16th entry, added by halves. The max wins, then the lower index, so the order of comparisons
//          does not matter. Gradients add clips in order, 64 at a time, and the prototypes that a token won in order. _rescore uses
//          compensated sums, 16 chains per token, and exact ones (exact.h) where these cannot decide. _values and the factors of a
//          gradient: 32 chains, each of every 32nd entry, added by halves.
// Limits:  fewer than 2^31 tokens per clip. Scratch memory, whatever the number of clips and tokens: none; _binary: a bit per entry and a
//          float per prototype; gradient: three floats per winner of 64 clips, 192 per prototype.
// Bound:   the matching kernels have at most 80 registers, so three groups share a multiprocessor (frames_binary: 117 to 123, two). Local
//          memory bounds them: a step of a warp is 16 multiply-adds per item, 4 cycles, for 2 reads of 4 floats, up to 8 cycles.
//          prototype_wide.cl is for work that fills a device.
#include "rescore.h"

// Dot products of 64 rows of x with 64 prototypes in sum, in blocks if winners are marked, inverse norms in x_inverse and p_inverse.
#define MULTIPLY_ROWS(marks, row, rows, load_row, inverse_row) \
    float part[4][4]; \
    clear_tile(sum); \
    clear_tile(part); \
    UNROLL for (int q = 0; q < TILE_LOADS; q++) { \
        x_squares[q] = 0.0f; \
        p_squares[q] = 0.0f; \
    } \
    for (i64 from = 0; from < m.dim; from += TILE_DEPTH) { \
        load_tile_squares(xs, row + from * m.x_step, rows, m.dim - from, m.x_token, m.x_step, x_squares); \
        load_row; \
        BARRIER(); \
        multiply_tiles(xs, ps, part); \
        if (marks && from % DOT_BLOCK == DOT_BLOCK - TILE_DEPTH) { \
            add_tile(sum, part); \
        } \
        BARRIER(); \
    } \
    add_tile(sum, part); \
    inverse_norms(scratch, x_inverse, x_squares); \
    inverse_row

#define COSINE(i, j) (sum[i][j] * x_inverse[TILE_DOWN + i] * p_inverse[TILE_RIGHT + j])

#define MATCH(name, type, marks, load_row, inverse_row) \
    TILE_KERNEL void name(GLOBAL const float* x, GLOBAL const type* p, GLOBAL const float* scales, GLOBAL float* values, \
            GLOBAL int* winners, PARAMETER(Matching) m) { \
        LOCAL_ARRAY(float, xs, TILE_SIZE); \
        LOCAL_ARRAY(float, ps, TILE_SIZE); \
        LOCAL_ARRAY(float, scratch, TILE * PARTS); \
        LOCAL_ARRAY(int, places, TILE * TILE_SIDE); \
        LOCAL_ARRAY(float, x_inverse, TILE); \
        LOCAL_ARRAY(float, p_inverse, TILE); \
        const i64 bands = (m.prototypes + TILE - 1) / TILE; \
        const float gap = marks ? float32_margin(&m) : -1.0f; \
        EACH_TASK(task, m.clips * bands) { \
            i64 clip = task / bands; \
            i64 first = (task - clip * bands) * TILE; \
            float best[4]; \
            int place[4]; \
            int close = 0; \
            EACH_OF_4(j) { \
                best[j] = -F_INFINITY; \
                place[j] = NO_TOKEN; \
            } \
            for (i64 token = 0; token < m.tokens; token += TILE) { \
                GLOBAL const float* row = x + m.x_offset + clip * m.x_clip + token * m.x_token; \
                float sum[4][4]; \
                float x_squares[TILE_LOADS]; \
                float p_squares[TILE_LOADS]; \
                MULTIPLY_ROWS(marks, row, m.tokens - token, load_row, inverse_row); \
                EACH_OF_4(i) { \
                    int n = (int)token + TILE_DOWN + i; \
                    EACH_OF_4(j) { \
                        float cosine = COSINE(i, j); \
                        if (n < m.tokens && beats_best(cosine, n, best[j], place[j], gap, 1 << j, &close)) { \
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

// For clips of at most TILE tokens, evenly strided across clips: a tile holds as many whole clips as fit. The cosines of 16 prototypes at a
// time, every fourth, go through local memory.
#define MATCH_FRAMES(name, type, marks, load_row, inverse_row) \
    TILE_KERNEL void name(GLOBAL const float* x, GLOBAL const type* p, GLOBAL const float* scales, GLOBAL float* values, \
            GLOBAL int* winners, PARAMETER(Matching) m) { \
        LOCAL_ARRAY(float, xs, TILE_SIZE); \
        LOCAL_ARRAY(float, ps, TILE_SIZE); \
        LOCAL_ARRAY(float, scratch, TILE * PARTS); \
        LOCAL_ARRAY(float, x_inverse, TILE); \
        LOCAL_ARRAY(float, p_inverse, TILE); \
        const i64 bands = (m.prototypes + TILE - 1) / TILE; \
        const float gap = marks ? float32_margin(&m) : -1.0f; \
        const int tokens = (int)m.tokens; \
        const int clips_per_tile = TILE / tokens; \
        EACH_TASK(task, (m.clips + clips_per_tile - 1) / clips_per_tile * bands) { \
            i64 block = task / bands; \
            i64 first = (task - block * bands) * TILE; \
            i64 clip = block * clips_per_tile; \
            int clips = m.clips - clip < clips_per_tile ? (int)(m.clips - clip) : clips_per_tile; \
            GLOBAL const float* row = x + m.x_offset + clip * m.x_clip; \
            float sum[4][4]; \
            float x_squares[TILE_LOADS]; \
            float p_squares[TILE_LOADS]; \
            MULTIPLY_ROWS(marks, row, (i64)clips * tokens, load_row, inverse_row); \
            EACH_OF_4(j) { \
                EACH_OF_4(i) { \
                    scratch[(TILE_DOWN + i) * TILE_SIDE + ITEM % TILE_SIDE] = COSINE(i, j); \
                } \
                BARRIER(); \
                for (int e = ITEM; e < clips * TILE_SIDE; e += TILE_ITEMS) { \
                    write_best_of_clip(scratch + e / TILE_SIDE * tokens * TILE_SIDE + e % TILE_SIDE, gap, values, winners, &m, \
                            clip + e / TILE_SIDE, first + e % TILE_SIDE * 4 + j); \
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

// Packed signs: tokens are read as 0 beyond dim, so the signs there do not matter.
#define SIGN_ROWS load_signs(ps, p + first * ((m.dim + 31) / 32), m.prototypes - first, (m.dim + 31) / 32, from, p_squares)
#define SIGN_NORMS load_scales(p_inverse, scales + first, m.prototypes - first)

MATCH(prototype_match_binary, uint, 1, SIGN_ROWS, SIGN_NORMS)
// At 80 registers this one would spill.
#undef TILE_GROUPS
#define TILE_GROUPS 2
MATCH_FRAMES(prototype_match_frames_binary, uint, 1, SIGN_ROWS, SIGN_NORMS)

// bits[j, w]: bit i is 1 where entry 32 w + i of prototype j is negative; scales[j] = 1 / sqrt(dim), or NaN if an entry is not finite. A group
// reads MAX_ITEMS neighbouring entries at a time; every 32nd item puts a word together.
KERNEL void prototype_pack(GLOBAL const float* p, GLOBAL uint* bits, GLOBAL float* scales, PARAMETER(Matching) m) {
    LOCAL_ARRAY(uint, negative, MAX_ITEMS);
    LOCAL_ARRAY(float, scratch, MAX_ITEMS);
    const i64 words = (m.dim + 31) / 32;
    EACH_TASK(j, m.prototypes) {
        float finite = 0.0f;
        for (i64 from = 0; from < m.dim; from += MAX_ITEMS) {
            i64 d = from + ITEM;
            float v = d < m.dim ? p[m.p_offset + j * m.p_row + d * m.p_step] : 0.0f;
            finite += v - v;
            negative[ITEM] = (v >= 0.0f ? 0u : 1u) << ITEM % 32;
            BARRIER();
            if (ITEM % 32 == 0 && d < m.dim) {
                uint word = 0u;
                for (int i = 0; i < 32; i++) {
                    word |= negative[ITEM + i];
                }
                bits[j * words + d / 32] = word;
            }
            BARRIER();
        }
        finite = group_sum(scratch, finite);
        if (ITEM == 0) {
            scales[j] = 1.0f / SQRTF((float)m.dim) + finite;
        }
    }
}

// Replaces marked winners by exact ones. A winner whose exact product overflows is only unmarked.
KERNEL void prototype_rescore(GLOBAL const float* x, GLOBAL const uint* bits, GLOBAL const float* scales, GLOBAL const float* values,
        GLOBAL int* winners, PARAMETER(Matching) m) {
    LOCAL_ARRAY(int, open, MAX_ITEMS + 1);
    LOCAL_ARRAY(float, parts, 4 * MAX_ITEMS);
    LOCAL_ARRAY(float, cosines, RESCORE_ROWS);
    LOCAL_ARRAY(int, places, RESCORE_ROWS);
    LOCAL_ARRAY(int, list, MAX_LISTED + 1);
    EACH_TASK(task, (m.clips * m.prototypes + MAX_ITEMS - 1) / MAX_ITEMS) {
        i64 mine = task * MAX_ITEMS + ITEM;
        i64 own = mine / m.prototypes;
        open[ITEM] = mine < m.clips * m.prototypes
                && winners[m.winner_offset + own * m.winner_clip + (mine - own * m.prototypes) * m.winner_step] < 0;
        BARRIER();
        if (ITEM == 0) {
            int count = 0;
            for (int i = 0; i < MAX_ITEMS; i++) {
                if (open[i]) {
                    open[count++] = i;
                }
            }
            open[MAX_ITEMS] = count;
        }
        BARRIER();
        const int count = open[MAX_ITEMS];
        // Where many winners are marked, tokens may be repeated.
        const i64 listed_clip = (task * MAX_ITEMS + (count > 0 ? open[0] : 0)) / m.prototypes;
        const int listed = list_tokens(list, x + m.x_offset + listed_clip * m.x_clip, count > MAX_ITEMS / 16, &m);
        for (int i = 0; i < count; i++) {
            i64 pair = task * MAX_ITEMS + open[i];
            i64 clip = pair / m.prototypes;
            i64 j = pair - clip * m.prototypes;
            float threshold = values[m.value_offset + clip * m.value_clip + j * m.value_step] - 2.0f * float32_margin(&m);
            int place = rescored(parts, cosines, places, x + m.x_offset + clip * m.x_clip, bits + j * ((m.dim + 31) / 32), scales[j],
                    threshold, list, clip == listed_clip ? listed : -1, &m);
            if (ITEM == 0) {
                GLOBAL int* winner = winners + m.winner_offset + clip * m.winner_clip + j * m.winner_step;
                *winner = place == NO_TOKEN ? -1 - *winner : place;
            }
        }
        BARRIER();
    }
}

// Recomputes the cosine of each winner with compensated sums, in the CPU's order (CompensatedCosine.java); left as it is where a squared norm
// is out of range.
KERNEL void prototype_values(GLOBAL const float* x, GLOBAL const uint* bits, GLOBAL float* values, GLOBAL const int* winners,
        PARAMETER(Matching) m) {
    LOCAL_ARRAY(float, scratch, 2 * MAX_ITEMS);
    const int together = ITEMS / WINNER_LANES;
    const i64 pairs = m.clips * m.prototypes;
    EACH_TASK(task, (pairs + together - 1) / together) {
        const i64 pair = task * together + ITEM / WINNER_LANES;
        const i64 clip = pair / m.prototypes;
        const i64 j = pair - clip * m.prototypes;
        const i64 winner = pair < pairs ? winners[m.winner_offset + clip * m.winner_clip + j * m.winner_step] : m.tokens;
        const i64 dim = winner < m.tokens ? m.dim : 0;
        GLOBAL const float* row = x + m.x_offset + (dim > 0 ? clip * m.x_clip + winner * m.x_token : 0);
        GLOBAL const uint* signs = bits + (dim > 0 ? j * ((m.dim + 31) / 32) : 0);
        Compensated dot = two_sum(0.0f, 0.0f);
        Compensated square = two_sum(0.0f, 0.0f);
        for (i64 d = WINNER_LANE; d < dim; d += WINNER_LANES) {
            float v = row[d * m.x_step];
            compensated_add(&dot, signed_entry(v, signs, d));
            compensated_add(&square, v * v);
            square.low += FMAF(v, v, -(v * v));
        }
        winner_compensated_sum(scratch, &dot);
        winner_compensated_sum(scratch, &square);
        const float whole = square.high + square.low;
        if (WINNER_LANE == 0 && whole >= MIN_SQUARE && whole <= MAX_SQUARE) {
            GLOBAL float* value = values + m.value_offset + clip * m.value_clip + j * m.value_step;
            *value = IS_NAN(*value) ? *value : over_norm(over_norm(dot, square), two_sum((float)m.dim, 0.0f)).high;
        }
    }
}

// For each clip and prototype: g / (|x| |p|), g s / |x|^2, g s / |p|^2 (0 where the norm is at its floor).
KERNEL void prototype_factors(GLOBAL const float* x, GLOBAL const float* p, GLOBAL const int* winners, GLOBAL const float* upstream,
        GLOBAL float* factors, PARAMETER(Matching) m, const int binary) {
    LOCAL_ARRAY(float, scratch, 2 * MAX_ITEMS);
    const int together = ITEMS / WINNER_LANES;
    const i64 pairs = m.clips * m.prototypes;
    EACH_TASK(task, (pairs + together - 1) / together) {
        const i64 pair = task * together + ITEM / WINNER_LANES;
        const i64 dim = pair < pairs ? m.dim : 0;
        const i64 clip = pair < pairs ? pair / m.prototypes : 0;
        const i64 j = pair < pairs ? pair - clip * m.prototypes : 0;
        const i64 winner = winners[m.winner_offset + clip * m.winner_clip + j * m.winner_step];
        GLOBAL const float* row = x + m.x_offset + clip * m.x_clip + winner * m.x_token;
        float dot = 0.0f;
        float x_square = 0.0f;
        float p_square = 0.0f;
        float none = 0.0f;
        for (i64 d = WINNER_LANE; d < dim; d += WINNER_LANES) {
            float a = row[d * m.x_step];
            float b = p[m.p_offset + j * m.p_row + d * m.p_step];
            b = binary ? binarized(b) : b;
            dot = FMAF(a, b, dot);
            x_square = FMAF(a, a, x_square);
            p_square = FMAF(b, b, p_square);
        }
        winner_sums(scratch, &dot, &x_square);
        winner_sums(scratch, &p_square, &none);
        if (WINNER_LANE == 0 && pair < pairs) {
            float x_norm = SQRTF(x_square);
            float p_norm = SQRTF(p_square);
            float g = upstream[m.value_offset + clip * m.value_clip + j * m.value_step];
            int x_floor = x_norm < NORM_FLOOR;
            int p_floor = p_norm < NORM_FLOOR;
            float x_inverse = 1.0f / (x_floor ? NORM_FLOOR : x_norm);
            float p_inverse = 1.0f / (p_floor ? NORM_FLOOR : p_norm);
            float s = dot * x_inverse * p_inverse;
            factors[3 * pair] = g * x_inverse * p_inverse;
            factors[3 * pair + 1] = x_floor ? 0.0f : g * s * x_inverse * x_inverse;
            factors[3 * pair + 2] = p_floor ? 0.0f : g * s * p_inverse * p_inverse;
        }
    }
}

// gp[j] = sum over clips of factor x[winner] - (sum of factors) p[j]; added to gp if `more`, for clips after the first 64.
KERNEL void prototype_gradient(GLOBAL const float* x, GLOBAL const float* p, GLOBAL const int* winners, GLOBAL const float* factors,
        GLOBAL float* gp, PARAMETER(Matching) m, const int binary, const int more) {
    EACH_TASK(j, m.prototypes) {
        for (i64 d = ITEM; d < m.dim; d += ITEMS) {
            float entry = p[m.p_offset + j * m.p_row + d * m.p_step];
            entry = binary ? binarized(entry) : entry;
            GLOBAL float* result = gp + m.gp_offset + j * m.gp_row + d * m.gp_step;
            float sum = more ? *result : 0.0f;
            float own = 0.0f;
            for (i64 clip = 0; clip < m.clips; clip++) {
                i64 winner = winners[m.winner_offset + clip * m.winner_clip + j * m.winner_step];
                GLOBAL const float* factor = factors + 3 * (clip * m.prototypes + j);
                sum = FMAF(x[m.x_offset + clip * m.x_clip + winner * m.x_token + d * m.x_step], factor[0], sum);
                own -= factor[2];
            }
            *result = FMAF(own, entry, sum);
        }
    }
}

// gx[n] = sum over the prototypes that token n won of factor p[j] - factor x[n]. Each group compacts its prototypes, ITEMS at a time, in
// order; most tokens win few or none.
KERNEL void token_gradient(GLOBAL const float* x, GLOBAL const float* p, GLOBAL const int* winners, GLOBAL const float* factors,
        GLOBAL float* gx, PARAMETER(Matching) m, const int binary) {
    LOCAL_ARRAY(int, won, MAX_ITEMS);
    LOCAL_ARRAY(int, counts, MAX_ITEMS);
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
            // Prefix sum: this item's slot in the list.
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
