// The winner among binarized prototypes in exact arithmetic.
#ifndef UNMUTE_SETTLE_H
#define UNMUTE_SETTLE_H
#include "group.h"
#include "twofold.h"

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

#endif
