// Exact re-scoring of the winners of binarized prototypes.
#ifndef UNMUTE_RESCORE_H
#define UNMUTE_RESCORE_H
#include "group.h"
#include "compensated.h"

FUNCTION float signed_entry(float v, GLOBAL const uint* signs, i64 d) {
    return AS_FLOAT(AS_UINT(v) ^ (signs[d / 32] >> (int)(d % 32)) << 31);
}

#define RESCORE_ROWS (MAX_ITEMS / PARTS)

// The first token with the max exact cosine with a prototype's signs, among those whose float32 cosine is at least `threshold`, or NO_TOKEN.
// 16 items share a token: a float32 product first, the compensated one only if that passes. All items must call it; item 0 has the result.
FUNCTION int rescored(LOCAL float* parts, LOCAL float* cosines, LOCAL int* places, GLOBAL const float* x, GLOBAL const uint* signs, float scale,
        float threshold, const Matching* m) {
    const int row = ITEM / PARTS;
    const int lane = ITEM % PARTS;
    Compensated best;
    best.high = -F_INFINITY;
    best.low = 0.0f;
    int place = NO_TOKEN;
    for (i64 from = 0; from < m->tokens; from += RESCORE_ROWS) {
        const int in_range = from + row < m->tokens;
        GLOBAL const float* token = x + (from + row) * m->x_token;
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
            Compensated cosine = over_norm(dots, squares);
            if (exceeds(cosine, best)) {
                best = cosine;
                place = (int)from + row;
            }
        }
        BARRIER();
    }
    if (lane == 0) {
        parts[row] = best.high;
        parts[MAX_ITEMS + row] = best.low;
        places[row] = place;
    }
    BARRIER();
    if (ITEM == 0) {
        for (int i = 1; i < RESCORE_ROWS; i++) {
            Compensated other;
            other.high = parts[i];
            other.low = parts[MAX_ITEMS + i];
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
