// The winner among the tokens that the sums of tensor cores leave, by compensated sums and where these cannot decide by exact ones; one warp
// per prototype and clip.
#ifndef UNMUTE_SETTLE_H
#define UNMUTE_SETTLE_H
#include "signs.h"

// This warp's sums for the prototype whose packed signs are given: with a token, in exact arithmetic.
FUNCTION void exact_sums(i64* limbs, GLOBAL const float* row, GLOBAL const uint* bits, const Matching* m) {
    exact_clear(limbs);
    ROLLED for (i64 d = LANE; d < m->dim; d += 32) {
        exact_add(limbs, AS_FLOAT(AS_UINT(row[d * m->x_step]) ^ (bits[d / 32] >> LANE) << 31));
    }
    ROLLED for (int i = 0; i < SUM_LIMBS; i++) {
        ROLLED for (int n = 1; n < 32; n *= 2) {
            limbs[i] += SHUFFLE_XOR(limbs[i], n);
        }
    }
}

// Whether one token's cosine is above another's, in exact arithmetic.
FUNCTION int exceeds_exactly(GLOBAL const float* row, GLOBAL const float* other, GLOBAL const uint* bits, const Matching* m) {
    i64 a[SUM_LIMBS];
    i64 b[SUM_LIMBS];
    exact_sums(a, row, bits, m);
    exact_sums(b, other, bits, m);
    return exact_order(a, b) > 0;
}

// The best token so far: its cosine times sqrt(dim), whether its norm allows an exact comparison, and whether one was due and not made.
typedef struct {
    Compensated cosine;
    int place;
    int regular;
    int open;
} Leader;

// Lets token n of a clip, which comes after the leader, win if its cosine is above the leader's. All items of the warp call it.
template <int EXACT>
FUNCTION void consider(Leader* leader, GLOBAL const float* x, GLOBAL const float* norms, GLOBAL const uint* bits, i64 clip, i64 n,
        float error, const Matching* m) {
    GLOBAL const float* row = token_of(x, clip, n, m);
    Compensated dot = two_sum(0.0f, 0.0f);
    for (i64 d = LANE; d < m->dim; d += 32) {
        compensated_add(&dot, AS_FLOAT(AS_UINT(row[d * m->x_step]) ^ (bits[d / 32] >> LANE) << 31));
    }
    dot = warp_compensated_sum(dot);
    GLOBAL const float* norm = norms + (clip * m->tokens + n) * 4;
    Compensated square;
    square.high = norm[0];
    square.low = norm[1];
    const float whole = square.high + square.low;
    const int regular = whole == 0.0f ? dot.high == 0.0f && dot.low == 0.0f : whole >= MIN_SQUARE && whole <= MAX_SQUARE;
    Compensated cosine;
    cosine.high = dot.high * norm[2];
    cosine.low = 0.0f;
    if (regular) {
        cosine = over_norm(dot, square);
    }
    const float ahead = (cosine.high - leader->cosine.high) + (cosine.low - leader->cosine.low);
    int wins = leader->place == NO_TOKEN || (!IS_NAN(leader->cosine.high) && (IS_NAN(cosine.high) || ahead > 0.0f));
    if (leader->place != NO_TOKEN && regular && leader->regular && FABSF(ahead) <= error) {
        leader->open = 1;
        wins = EXACT ? exceeds_exactly(row, token_of(x, clip, leader->place, m), bits, m) : wins;
    }
    if (wins) {
        leader->cosine = cosine;
        leader->place = (int)n;
        leader->regular = regular;
    }
}

// The winner among the tokens whose keys are within the gap of the max. Of a slot whose second key is, too, all tokens take part.
template <int EXACT>
FUNCTION void settle(Leader* leader, GLOBAL const float* x, GLOBAL const float* norms, GLOBAL const uint* bits, GLOBAL const int* sums,
        GLOBAL const int* keys, GLOBAL const int* info, i64 clip, i64 j, const Matching* m) {
    const i64 slots = slots_of(m);
    const int all = info[clip * INFO + INFO_IRREGULAR];
    const float error = compensated_error(m->dim);
    GLOBAL const int* own = keys + (clip * slots * m->prototypes + j) * 2;
    int best = MASKED;
    for (i64 s = LANE; s < slots; s += 32) {
        best = own[s * m->prototypes * 2] > best ? own[s * m->prototypes * 2] : best;
    }
    const int limit = (warp_max(best) >> 5) - info[clip * INFO + INFO_GAP];
    for (i64 from = 0; from < slots; from += 32) {
        const int real = from + LANE < slots;
        const int first = real ? own[(from + LANE) * m->prototypes * 2] : MASKED;
        const int second = real ? own[(from + LANE) * m->prototypes * 2 + 1] : MASKED;
        uint near = warp_set(first != MASKED && (all || first >> 5 >= limit));
        const uint open = warp_set(second != MASKED && (all || second >> 5 >= limit));
        for (; near != 0u; near &= near - 1u) {
            const int s = lowest(near);
            const int only = SLOT - 1 - (SHUFFLE(first, s) & 31);
            const int whole = open >> s & 1u;
            for (int i = whole ? 0 : only; i < (whole ? SLOT : only + 1); i++) {
                const i64 n = (from + s) * SLOT + i;
                if (sums[clip * slots * SLOT + n] != MASKED) {
                    consider<EXACT>(leader, x, norms, bits, clip, n, error, m);
                }
            }
        }
    }
}

// Winners and values, or, EXACT, those of the winners that were left open.
template <int EXACT>
FUNCTION void settle_all(GLOBAL const float* x, GLOBAL const uint* bits, GLOBAL const float* scales, GLOBAL const float* norms,
        GLOBAL const int* sums, GLOBAL const int* keys, GLOBAL const int* info, GLOBAL float* values, GLOBAL int* winners, const Matching* m) {
    const i64 pairs = m->clips * m->prototypes;
    for (i64 pair = GROUP * WARPS + WARP; pair < pairs; pair += GROUPS * WARPS) {
        const i64 clip = pair / m->prototypes;
        const i64 j = pair - clip * m->prototypes;
        GLOBAL int* winner = winners + m->winner_offset + clip * m->winner_clip + j * m->winner_step;
        if (EXACT && *winner >= 0) {
            continue;
        }
        const float scale = scales[j];
        Leader leader;
        leader.place = NO_TOKEN;
        leader.regular = 0;
        leader.open = 0;
        leader.cosine = two_sum(0.0f, 0.0f);
        if (!IS_NAN(scale)) {
            settle<EXACT>(&leader, x, norms, bits + j * ((m->dim + 31) / 32), sums, keys, info, clip, j, m);
        }
        // Whoever reads the mark has read it.
        WARP_BARRIER();
        if (LANE == 0) {
            values[m->value_offset + clip * m->value_clip + j * m->value_step] = IS_NAN(scale) ? scale
                    : leader.regular ? over_norm(leader.cosine, two_sum((float)m->dim, 0.0f)).high : leader.cosine.high * scale;
            *winner = IS_NAN(scale) ? 0 : !EXACT && leader.open ? -1 - leader.place : leader.place;
        }
    }
}

#endif
