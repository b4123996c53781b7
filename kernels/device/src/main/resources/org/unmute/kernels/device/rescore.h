// Exact re-scoring of the winners of binarized prototypes.
#ifndef UNMUTE_RESCORE_H
#define UNMUTE_RESCORE_H
#include "group.h"
#include "exact.h"

FUNCTION float signed_entry(float v, GLOBAL const uint* signs, i64 d) {
    return AS_FLOAT(AS_UINT(v) ^ (signs[d / 32] >> (int)(d % 32)) << 31);
}

#define RESCORE_ROWS (MAX_ITEMS / PARTS)

// A token that may win: its place and cosine times sqrt(dim), and whether its norm allows an exact comparison.
typedef struct {
    Compensated cosine;
    int place;
    int regular;
} Candidate;

FUNCTION void exact_sums(i64* limbs, GLOBAL const float* token, GLOBAL const uint* signs, const Matching* m) {
    exact_clear(limbs);
    for (i64 d = 0; d < m->dim; d++) {
        exact_add(limbs, signed_entry(token[d * m->x_step], signs, d));
    }
}

// Whether two tokens differ in a bit.
FUNCTION int differs(GLOBAL const float* a, GLOBAL const float* b, const Matching* m) {
    for (i64 d = 0; d < m->dim; d++) {
        if (AS_UINT(a[d * m->x_step]) != AS_UINT(b[d * m->x_step])) {
            return 1;
        }
    }
    return 0;
}

// Tokens of a clip that are listed at most.
#define MAX_LISTED 1024

// Lists the tokens of a clip without those that repeat the one before, as silence does; returns how many there are, or -1 if the clip is not
// to be listed (`wanted`) or has too many tokens. All items must call it. `list` has MAX_LISTED + 1 numbers.
FUNCTION int list_tokens(LOCAL int* list, GLOBAL const float* x, int wanted, const Matching* m) {
    const int tokens = wanted && m->tokens <= MAX_LISTED ? (int)m->tokens : 0;
    for (int n = ITEM; n < tokens; n += MAX_ITEMS) {
        list[n] = n == 0 || differs(x + n * m->x_token, x + (n - 1) * m->x_token, m);
    }
    BARRIER();
    if (ITEM == 0) {
        int count = 0;
        for (int n = 0; n < tokens; n++) {
            if (list[n]) {
                list[count++] = n;
            }
        }
        list[MAX_LISTED] = tokens > 0 ? count : -1;
    }
    BARRIER();
    return list[MAX_LISTED];
}

// Whether one candidate wins over another: by compensated cosines where these decide, else in exact arithmetic; the first of equal ones.
FUNCTION int wins_over(const Candidate* a, const Candidate* b, GLOBAL const float* x, GLOBAL const uint* signs, const Matching* m) {
    if (a->place == NO_TOKEN || b->place == NO_TOKEN) {
        return a->place < b->place;
    }
    const float ahead = (a->cosine.high - b->cosine.high) + (a->cosine.low - b->cosine.low);
    if (!a->regular || !b->regular || FABSF(ahead) > compensated_error(m->dim)) {
        return exceeds(a->cosine, b->cosine) || (!exceeds(b->cosine, a->cosine) && a->place < b->place);
    }
    if (!differs(x + a->place * m->x_token, x + b->place * m->x_token, m)) {
        return a->place < b->place;
    }
    i64 own[SUM_LIMBS];
    i64 other[SUM_LIMBS];
    exact_sums(own, x + a->place * m->x_token, signs, m);
    exact_sums(other, x + b->place * m->x_token, signs, m);
    const int order = exact_order(own, other);
    return order > 0 || (order == 0 && a->place < b->place);
}

// The first token with the max exact cosine with a prototype's signs, among those whose float32 cosine is at least `threshold`, or NO_TOKEN.
// `listed` tokens take part, see list_tokens; all if it is negative. 16 items share a token: a float32 product first, the compensated one only
// if that passes. All items must call it; item 0 has the result.
FUNCTION int rescored(LOCAL float* parts, LOCAL float* cosines, LOCAL int* places, GLOBAL const float* x, GLOBAL const uint* signs, float scale,
        float threshold, LOCAL const int* list, int listed, const Matching* m) {
    const i64 count = listed < 0 ? m->tokens : listed;
    const int row = ITEM / PARTS;
    const int lane = ITEM % PARTS;
    Candidate best;
    best.cosine = two_sum(0.0f, 0.0f);
    best.place = NO_TOKEN;
    best.regular = 0;
    for (i64 from = 0; from < count; from += RESCORE_ROWS) {
        const int in_range = from + row < count;
        const i64 n = in_range && listed >= 0 ? list[from + row] : from + row;
        GLOBAL const float* token = x + n * m->x_token;
        float dot = 0.0f;
        float square = 0.0f;
        for (i64 d = lane; in_range && d < m->dim; d += PARTS) {
            float v = token[d * m->x_step];
            dot += signed_entry(v, signs, d);
            square = FMAF(v, v, square);
        }
        parts[ITEM] = dot;
        parts[MAX_ITEMS + ITEM] = square;
        BARRIER();
        if (lane == 0) {
            for (int i = 1; i < PARTS; i++) {
                dot += parts[ITEM + i];
                square += parts[MAX_ITEMS + ITEM + i];
            }
            float norm = SQRTF(square);
            cosines[row] = in_range ? dot / (norm < NORM_FLOOR ? NORM_FLOOR : norm) * scale : -F_INFINITY;
        }
        BARRIER();
        const int near = cosines[row] >= threshold;
        Compensated dots = two_sum(0.0f, 0.0f);
        Compensated squares = two_sum(0.0f, 0.0f);
        for (i64 d = lane; near && d < m->dim; d += PARTS) {
            float v = token[d * m->x_step];
            compensated_add(&dots, signed_entry(v, signs, d));
            compensated_add(&squares, v * v);
            squares.low += FMAF(v, v, -(v * v));
        }
        parts[ITEM] = dots.high;
        parts[MAX_ITEMS + ITEM] = dots.low;
        parts[2 * MAX_ITEMS + ITEM] = squares.high;
        parts[3 * MAX_ITEMS + ITEM] = squares.low;
        BARRIER();
        if (near && lane == 0) {
            for (int i = 1; i < PARTS; i++) {
                compensated_add(&dots, parts[ITEM + i]);
                dots.low += parts[MAX_ITEMS + ITEM + i];
                compensated_add(&squares, parts[2 * MAX_ITEMS + ITEM + i]);
                squares.low += parts[3 * MAX_ITEMS + ITEM + i];
            }
            Candidate own;
            own.cosine = over_norm(dots, squares);
            own.place = (int)n;
            own.regular = is_regular(dots, squares.high + squares.low);
            if (wins_over(&own, &best, x, signs, m)) {
                best = own;
            }
        }
        BARRIER();
    }
    if (lane == 0) {
        parts[row] = best.cosine.high;
        parts[MAX_ITEMS + row] = best.cosine.low;
        places[row] = best.regular || best.place == NO_TOKEN ? best.place : -1 - best.place;
    }
    BARRIER();
    if (ITEM == 0) {
        for (int i = 1; i < RESCORE_ROWS; i++) {
            Candidate other;
            other.cosine.high = parts[i];
            other.cosine.low = parts[MAX_ITEMS + i];
            other.regular = places[i] >= 0;
            other.place = other.regular ? places[i] : -1 - places[i];
            if (wins_over(&other, &best, x, signs, m)) {
                best = other;
            }
        }
    }
    BARRIER();
    return best.place;
}

#endif
