// Prototype matching in tiles of 128 prototypes, where there are enough of them to keep a device busy.
//
// What:    as prototype_match and prototype_match_binary (prototype.cl): values[b, j] = max over n of cos(x[b, n], p[j]), winners[b, j] the
//          first n that attains it; _binary marks by -1 - n what prototype_rescore is to settle.
// Layout:  arguments, struct included, as there. Rows that are contiguous along dim and aligned to 16 bytes are read 4 floats at a time.
// Launch:  one group of 256 items per clip and 128 prototypes (LaunchPlan.wideMatching); it passes over all tokens. Of two slices of the inner
//          axis one is multiplied while the next one is fetched. prototype_match_wide: 128 tokens at a time, 8 x 8 per item as matmul
//          (wide.h), slices of 8; local memory: 18.5 KiB. _binary: 64 tokens at a time, 4 x 8 per item, since a block's sums need as many
//          registers again, slices of 16; local memory: 27 KiB. The slices also take the squares and each item's best.
// Order:   prototype_match_wide: a dot product is one chain of fused multiply-adds over dim; squares are 2 chains, of the entries whose index
//          modulo 8 is below 4 and of the others. _binary: as prototype_match_binary, with the same bits. The max wins, then the lower index,
//          so the order of comparisons does not matter.
// Limits:  tokens per clip and dim below 2^31; one group per tile.
// Bound:   121 to 127 registers and no spills (sm_75 to sm_100), so two groups, 16 warps, share a multiprocessor of an H100 (228 KiB of shared
//          memory) or an RTX 4090 (100 KiB). A warp's step is 64 multiply-adds per item, 16 cycles of 128 lanes, for 4 reads of 4 floats,
//          which fetch 384 different bytes, 3 cycles of 128 bytes; _binary: 8 cycles for 3 reads of 320 bytes, 2.5 cycles. A tile reads 32
//          operations per byte from the L2 cache (_binary: 64, its signs are bits). Both are bound by multiply-adds: 16 clips of 512 tokens,
//          768 entries and 5,270 prototypes are 66 GFLOP, at least 1.0 ms at the 67 TFLOP/s of an H100 SXM and 0.8 ms at the 83 TFLOP/s of an
//          RTX 4090; 672 groups on 264 and 256 places are three rounds, of which 85 and 88 % is work. Not yet measured on a card.
#include "wide.h"
#include "matching.h"

// Rows of items that share a column of a tile.
#define WIDE_SHARING 16

FUNCTION float squared(float4 v, float sum) {
    return FMAF(v.w, v.w, FMAF(v.z, v.z, FMAF(v.y, v.y, FMAF(v.x, v.x, sum))));
}

// 1 / max(norm, 1e-12) of each row of two slices, of whose squares two items have halves. `halves` has 2 WIDE_ITEMS floats.
FUNCTION void inverse_norms_of(LOCAL float* halves, LOCAL float* inverse, float x_square, float p_square) {
    halves[ITEM] = x_square;
    halves[WIDE_ITEMS + ITEM] = p_square;
    BARRIER();
    float norm = SQRTF(halves[2 * ITEM] + halves[2 * ITEM + 1]);
    inverse[ITEM] = 1.0f / (norm < NORM_FLOOR ? NORM_FLOOR : norm);
    BARRIER();
}

FUNCTION int is_aligned(i64 step, i64 strides) {
    return step == 1 && strides % 4 == 0;
}

// Stores the best of this item's 8 tokens for each of its 8 prototypes.
FUNCTION void store_best(LOCAL float* bests, LOCAL int* places, LOCAL const float* inverse, float sum[8][8], int token, int tokens) {
    const int row = WIDE_DOWN;
    const int column = WIDE_RIGHT;
    const int slot = ITEM / 64 * 4 + ITEM % 32 / 8;
    EACH_OF_8(j) {
        const float scale = inverse[WIDE + WIDE_PLACE(column, j, 32)];
        float best = -F_INFINITY;
        int place = NO_TOKEN;
        EACH_OF_8(i) {
            const int n = token + WIDE_PLACE(row, i, 16);
            const float cosine = sum[i][j] * inverse[WIDE_PLACE(row, i, 16)] * scale;
            if (n < tokens && beats(cosine, n, best, place)) {
                best = cosine;
                place = n;
            }
        }
        bests[slot * WIDE + WIDE_PLACE(column, j, 32)] = best;
        places[slot * WIDE + WIDE_PLACE(column, j, 32)] = place;
    }
    BARRIER();
}

// Clip and first prototype of this group in origin, no best yet.
FUNCTION void begin_group(LOCAL i64* origin, LOCAL float* best, LOCAL int* place, const Matching* m) {
    if (ITEM < WIDE) {
        best[ITEM] = -F_INFINITY;
        place[ITEM] = NO_TOKEN;
    }
    if (ITEM == 0) {
        const i64 bands = (m->prototypes + WIDE - 1) / WIDE;
        origin[0] = GROUP / bands;
        origin[1] = (GROUP - origin[0] * bands) * WIDE;
    }
    BARRIER();
}

FUNCTION void write_group(LOCAL const i64* origin, LOCAL const float* best, LOCAL const int* place, GLOBAL float* values,
        GLOBAL int* winners, const Matching* m) {
    const i64 j = origin[1] + ITEM;
    if (ITEM < WIDE && j < m->prototypes) {
        values[m->value_offset + origin[0] * m->value_clip + j * m->value_step] = best[ITEM];
        winners[m->winner_offset + origin[0] * m->winner_clip + j * m->winner_step] = place[ITEM];
    }
}

#if !defined(SMALL_TILES)
WIDE_KERNEL void prototype_match_wide(GLOBAL const float* RESTRICT x, GLOBAL const float* RESTRICT p, GLOBAL const float* scales,
        GLOBAL float* values, GLOBAL int* winners, PARAMETER(Matching) m) {
    LOCAL_ARRAY(float, slices, 4 * WIDE_SIZE);
    LOCAL_ARRAY(float, inverse, 2 * WIDE);
    LOCAL_ARRAY(float, best, WIDE);
    LOCAL_ARRAY(int, place, WIDE);
    LOCAL_ARRAY(i64, origin, 2);
    const int x_aligned = is_aligned(m.x_step, m.x_token | m.x_clip | m.x_offset);
    const int p_aligned = is_aligned(m.p_step, m.p_row | m.p_offset);
    LOCAL float* xs = slices;
    LOCAL float* ps = slices + 2 * WIDE_SIZE;
    LOCAL int* places = (LOCAL int*)(slices + WIDE_SHARING * WIDE);
    begin_group(origin, best, place, &m);
    ROLLED for (int token = 0; token < (int)m.tokens; token += WIDE) {
        GLOBAL const float* left = x + m.x_offset + origin[0] * m.x_clip + (token + wide_row(0)) * m.x_token + wide_inner(0) * m.x_step;
        GLOBAL const float* right = p + m.p_offset + (origin[1] + wide_row(0)) * m.p_row + wide_inner(0) * m.p_step;
        const int x_in_range = token + wide_row(0) < (int)m.tokens;
        const int p_in_range = origin[1] + wide_row(0) < m.prototypes;
        float sum[8][8];
        clear_wide(sum);
        int rest = (int)m.dim;
        float4 a = fetch_row(left, x_in_range ? rest - wide_inner(0) : 0, m.x_step, x_aligned);
        float4 b = fetch_row(right, p_in_range ? rest - wide_inner(0) : 0, m.p_step, p_aligned);
        float x_square = squared(a, 0.0f);
        float p_square = squared(b, 0.0f);
        store_wide(xs, a, 0);
        store_wide(ps, b, 0);
        BARRIER();
        int slice = 0;
        for (rest -= WIDE_DEPTH; rest > -WIDE_DEPTH; rest -= WIDE_DEPTH) {
            left += WIDE_DEPTH * m.x_step;
            right += WIDE_DEPTH * m.p_step;
            if (rest > 0) {
                a = fetch_row(left, x_in_range ? rest - wide_inner(0) : 0, m.x_step, x_aligned);
                b = fetch_row(right, p_in_range ? rest - wide_inner(0) : 0, m.p_step, p_aligned);
            }
            UNROLL_BY_2 for (int c = 0; c < WIDE_DEPTH; c++) {
                multiply_step(xs + slice + c * WIDE_ROW + WIDE_DOWN, ps + slice + c * WIDE_ROW + WIDE_RIGHT, sum);
            }
            slice = WIDE_SIZE - slice;
            if (rest > 0) {
                x_square = squared(a, x_square);
                p_square = squared(b, p_square);
                store_wide(xs + slice, a, 0);
                store_wide(ps + slice, b, 0);
            }
            BARRIER();
        }
        inverse_norms_of(slices, inverse, x_square, p_square);
        store_best(slices, places, inverse, sum, token, (int)m.tokens);
        if (ITEM < WIDE) {
            for (int i = 0; i < WIDE_SHARING; i++) {
                float other = slices[i * WIDE + ITEM];
                int at = places[i * WIDE + ITEM];
                if (beats(other, at, best[ITEM], place[ITEM])) {
                    best[ITEM] = other;
                    place[ITEM] = at;
                }
            }
        }
        BARRIER();
    }
    write_group(origin, best, place, values, winners, &m);
}

// _binary: tokens of a tile, steps of a slice, and the pitch of a slice of tokens.
#define SEEN 64
#define DEPTH 16
#define SEEN_ROW (SEEN + 4)

// An item has tokens DOWN to DOWN + 3 and prototypes as in wide.h; a warp covers 16 tokens and 64 prototypes.
#define SEEN_DOWN (ITEM / 64 * 16 + ITEM % 32 / 8 * 4)

// Signs of 8 entries of a prototype from packed bits, as +1 and -1; tokens are 0 beyond dim, so the signs there do not matter.
FUNCTION void store_signs(LOCAL float* slice, uint word) {
    LOCAL float* to = slice + ITEM / WIDE * 8 * WIDE_ROW + ITEM % WIDE;
    UNROLL for (int k = 0; k < 8; k++) {
        to[k * WIDE_ROW] = AS_FLOAT(0x3f800000u | (word >> k) << 31);
    }
}

FUNCTION void store_tokens(LOCAL float* slice, float4 v, float squares[4]) {
    LOCAL float* to = slice + ITEM % 4 * 4 * SEEN_ROW + ITEM / 4;
    to[0] = v.x;
    to[SEEN_ROW] = v.y;
    to[2 * SEEN_ROW] = v.z;
    to[3 * SEEN_ROW] = v.w;
    squares[0] = FMAF(v.x, v.x, squares[0]);
    squares[1] = FMAF(v.y, v.y, squares[1]);
    squares[2] = FMAF(v.z, v.z, squares[2]);
    squares[3] = FMAF(v.w, v.w, squares[3]);
}

// Adds the product of a step: part[i][j] += x[down + i] signs[column j].
FUNCTION void multiply_signs(LOCAL const float* x, LOCAL const float* signs, float part[4][8]) {
    float4 v = *(LOCAL const float4*)x;
    float y[8];
    read_eight(signs, 32, y);
    EACH_OF_8(j) {
        part[0][j] = FMAF(v.x, y[j], part[0][j]);
        part[1][j] = FMAF(v.y, y[j], part[1][j]);
        part[2][j] = FMAF(v.z, y[j], part[2][j]);
        part[3][j] = FMAF(v.w, y[j], part[3][j]);
    }
}

FUNCTION void add_block(float sum[4][8], float part[4][8]) {
    EACH_OF_4(i) {
        EACH_OF_8(j) {
            sum[i][j] += part[i][j];
            part[i][j] = 0.0f;
        }
    }
}

// Adds the 16 chains of a token's squares by halves and stores 1 / max(norm, 1e-12). `chains` has 16 floats per token.
FUNCTION void inverse_norms_of_tokens(LOCAL float* chains, LOCAL float* inverse, const float squares[4]) {
    EACH_OF_4(k) {
        chains[ITEM * 4 + k] = squares[k];
    }
    BARRIER();
    if (ITEM < SEEN) {
        LOCAL float* own = chains + ITEM * PARTS;
        ROLLED for (int n = PARTS / 2; n > 0; n /= 2) {
            for (int l = 0; l < n; l++) {
                own[l] += own[l + n];
            }
        }
        float norm = SQRTF(own[0]);
        inverse[ITEM] = 1.0f / (norm < NORM_FLOOR ? NORM_FLOOR : norm);
    }
    BARRIER();
}

// Stores the best of this item's 4 tokens for each of its 8 prototypes, marked where a loser came close.
FUNCTION void store_marked(LOCAL float* bests, LOCAL int* places, LOCAL const float* inverse, LOCAL const float* scales, float sum[4][8],
        int token, int tokens, float gap) {
    const int slot = ITEM / 64 * 4 + ITEM % 32 / 8;
    EACH_OF_8(j) {
        const int column = WIDE_PLACE(WIDE_RIGHT, j, 32);
        float best = -F_INFINITY;
        int place = NO_TOKEN;
        int close = 0;
        EACH_OF_4(i) {
            const int n = token + SEEN_DOWN + i;
            const float cosine = sum[i][j] * inverse[SEEN_DOWN + i] * scales[column];
            if (n < tokens && beats_best(cosine, n, best, place, gap, 1, &close)) {
                best = cosine;
                place = n;
            }
        }
        bests[slot * WIDE + column] = best;
        places[slot * WIDE + column] = close ? -1 - place : place;
    }
    BARRIER();
}

// The better of two candidates, of which either may be marked, is left in best and place; marked if the other one came close.
FUNCTION void keep_better(LOCAL float* best, LOCAL int* place, float other, int at, float gap) {
    const int was = at < 0;
    int marked = *place < 0;
    const int current = marked ? -1 - *place : *place;
    at = was ? -1 - at : at;
    if (beats_best(other, at, *best, current, gap, 1, &marked)) {
        *best = other;
        *place = was || marked ? -1 - at : at;
    } else {
        *place = marked ? -1 - current : current;
    }
}

WIDE_KERNEL void prototype_match_wide_binary(GLOBAL const float* RESTRICT x, GLOBAL const uint* RESTRICT p, GLOBAL const float* scales,
        GLOBAL float* values, GLOBAL int* winners, PARAMETER(Matching) m) {
    LOCAL_ARRAY(float, slices, 2 * DEPTH * (SEEN_ROW + WIDE_ROW));
    LOCAL_ARRAY(float, inverse, SEEN);
    LOCAL_ARRAY(float, scale, WIDE);
    LOCAL_ARRAY(float, best, WIDE);
    LOCAL_ARRAY(int, place, WIDE);
    LOCAL_ARRAY(i64, origin, 2);
    LOCAL float* xs = slices;
    LOCAL float* ps = slices + 2 * DEPTH * SEEN_ROW;
    LOCAL int* places = (LOCAL int*)(slices + WIDE_SHARING * WIDE);
    const int x_aligned = is_aligned(m.x_step, m.x_token | m.x_clip | m.x_offset);
    begin_group(origin, best, place, &m);
    if (ITEM < WIDE) {
        scale[ITEM] = origin[1] + ITEM < m.prototypes ? scales[origin[1] + ITEM] : 0.0f;
    }
    ROLLED for (int token = 0; token < (int)m.tokens; token += SEEN) {
        GLOBAL const float* left = x + m.x_offset + origin[0] * m.x_clip + (token + ITEM / 4) * m.x_token + ITEM % 4 * 4 * m.x_step;
        const i64 words = (m.dim + 31) / 32;
        GLOBAL const uint* right = p + (origin[1] + ITEM % WIDE) * words;
        const int x_in_range = token + ITEM / 4 < (int)m.tokens;
        const int p_in_range = origin[1] + ITEM % WIDE < m.prototypes && words > 0;
        float sum[4][8];
        float part[4][8];
        float squares[4];
        EACH_OF_4(i) {
            squares[i] = 0.0f;
            EACH_OF_8(j) {
                sum[i][j] = 0.0f;
                part[i][j] = 0.0f;
            }
        }
        const int dim = (int)m.dim;
        store_tokens(xs, fetch_row(left, x_in_range ? dim - ITEM % 4 * 4 : 0, m.x_step, x_aligned), squares);
        store_signs(ps, (p_in_range ? right[0] : 0u) >> ITEM / WIDE * 8);
        BARRIER();
        int slice = 0;
        for (int from = 0; from < dim; from += DEPTH) {
            const int next = from + DEPTH;
            float4 v;
            uint word = 0u;
            if (next < dim) {
                left += DEPTH * m.x_step;
                v = fetch_row(left, x_in_range ? dim - next - ITEM % 4 * 4 : 0, m.x_step, x_aligned);
                word = (p_in_range ? right[next / 32] : 0u) >> (next % 32 + ITEM / WIDE * 8);
            }
            UNROLL_BY_2 for (int c = 0; c < DEPTH; c++) {
                multiply_signs(xs + (slice + c) * SEEN_ROW + SEEN_DOWN, ps + (slice + c) * WIDE_ROW + WIDE_RIGHT, part);
            }
            if (from % DOT_BLOCK == DOT_BLOCK - DEPTH) {
                add_block(sum, part);
            }
            slice = DEPTH - slice;
            if (next < dim) {
                store_tokens(xs + slice * SEEN_ROW, v, squares);
                store_signs(ps + slice * WIDE_ROW, word);
            }
            BARRIER();
        }
        add_block(sum, part);
        inverse_norms_of_tokens(slices, inverse, squares);
        store_marked(slices, places, inverse, scale, sum, token, (int)m.tokens, float32_margin(&m));
        if (ITEM < WIDE) {
            for (int i = 0; i < WIDE_SHARING; i++) {
                keep_better(best + ITEM, place + ITEM, slices[i * WIDE + ITEM], places[i * WIDE + ITEM], float32_margin(&m));
            }
        }
        BARRIER();
    }
    write_group(origin, best, place, values, winners, &m);
}
#endif
