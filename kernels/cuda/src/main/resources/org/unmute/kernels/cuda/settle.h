// The winner among the tokens that the sums of tensor cores leave, by compensated sums and where these cannot decide by exact ones; one warp
// per prototype and clip.
#ifndef UNMUTE_SETTLE_H
#define UNMUTE_SETTLE_H
#include "signs.h"

// Winners that a warp settles.
#define SETTLED 8

#if defined(UNMUTE_SHIM)
  #define UNROLL_BY_4
#else
  #define UNROLL_BY_4 _Pragma("unroll 4")
#endif

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

// The best token so far: its dot product, whether its norm allows an exact comparison, and whether one was due and not made.
typedef struct {
    Compensated dot;
    int place;
    int regular;
    int open;
} Leader;

// The cosine of a token times sqrt(dim), from its dot product and what tokens_measure left in `norm`.
FUNCTION Compensated cosine_of(Compensated dot, GLOBAL const float* norm, int regular) {
    Compensated square;
    square.high = norm[0];
    square.low = norm[1];
    if (regular) {
        return over_norm(dot, square);
    }
    Compensated cosine;
    cosine.high = dot.high * norm[2];
    cosine.low = 0.0f;
    return cosine;
}

// Lets token n of a clip, which comes after the leader, win if its cosine is above the leader's. All items of the warp call it. Where it is
// alone no cosine is computed yet.
template <int EXACT>
FUNCTION void consider(Leader* leader, GLOBAL const float* x, GLOBAL const float* norms, GLOBAL const uint* bits, i64 clip, i64 n,
        const Matching* m) {
    GLOBAL const float* row = token_of(x, clip, n, m);
    GLOBAL const uint* signs = bits;
    GLOBAL const float* norm = norms + (clip * m->tokens + n) * 4;
    const float whole = norm[0] + norm[1];
    const i64 stride = 32 * m->x_step;
    const int dim = (int)m->dim;
    GLOBAL const float* at = row + LANE * m->x_step;
    Compensated dot = two_sum(0.0f, 0.0f);
    UNROLL_BY_4 for (int d = LANE; d < dim; d += 32) {
        compensated_add(&dot, AS_FLOAT(AS_UINT(*at) ^ (*signs << (31 - LANE) & 0x80000000u)));
        at += stride;
        signs++;
    }
    dot = warp_compensated_sum(dot);
    const int regular = is_regular(dot, whole);
    int wins = 1;
    if (leader->place != NO_TOKEN) {
        GLOBAL const float* best = norms + (clip * m->tokens + leader->place) * 4;
        const Compensated own = cosine_of(dot, norm, regular);
        const Compensated other = cosine_of(leader->dot, best, leader->regular);
        const float ahead = (own.high - other.high) + (own.low - other.low);
        wins = !IS_NAN(other.high) && (IS_NAN(own.high) || ahead > 0.0f);
        if (regular && leader->regular && FABSF(ahead) <= compensated_error(m->dim)) {
            leader->open = 1;
            wins = EXACT ? exceeds_exactly(row, token_of(x, clip, leader->place, m), bits, m) : wins;
        }
    }
    if (wins) {
        leader->dot = dot;
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
                if (!whole || sums[clip * slots * SLOT + n] != MASKED) {
                    consider<EXACT>(leader, x, norms, bits, clip, n, m);
                }
            }
        }
    }
}

// Winners and values, or, EXACT, those of the winners that were left open. A warp finds SETTLED winners one after the other; an item each then
// has their cosines to compute.
template <int EXACT>
FUNCTION void settle_all(GLOBAL const float* x, GLOBAL const uint* bits, GLOBAL const float* scales, GLOBAL const float* norms,
        GLOBAL const int* sums, GLOBAL const int* keys, GLOBAL const int* info, GLOBAL float* values, GLOBAL int* winners, const Matching* m) {
    const i64 pairs = m->clips * m->prototypes;
    const i64 words = (m->dim + 31) / 32;
    for (i64 first = (GROUP * WARPS + WARP) * SETTLED; first < pairs; first += GROUPS * WARPS * SETTLED) {
        const int count = pairs - first < SETTLED ? (int)(pairs - first) : SETTLED;
        const i64 clip = (first + LANE % count) / m->prototypes;
        const i64 j = first + LANE % count - clip * m->prototypes;
        GLOBAL int* winner = winners + m->winner_offset + clip * m->winner_clip + j * m->winner_step;
        const float scale = scales[j];
        const uint due = warp_set(LANE < count && !IS_NAN(scale) && (!EXACT || *winner < 0));
        Leader mine;
        mine.dot = two_sum(0.0f, 0.0f);
        mine.place = 0;
        mine.regular = 0;
        mine.open = 0;
        for (uint rest = due; rest != 0u; rest &= rest - 1u) {
            const int i = lowest(rest);
            Leader leader;
            leader.dot = two_sum(0.0f, 0.0f);
            leader.place = NO_TOKEN;
            leader.regular = 0;
            leader.open = 0;
            const i64 its_clip = (first + i) / m->prototypes;
            const i64 its_j = first + i - its_clip * m->prototypes;
            settle<EXACT>(&leader, x, norms, bits + its_j * words, sums, keys, info, its_clip, its_j, m);
            if (LANE == i) {
                mine = leader;
            }
        }
        if (due >> LANE & 1u || (!EXACT && LANE < count)) {
            const Compensated cosine = cosine_of(mine.dot, norms + (clip * m->tokens + mine.place) * 4, mine.regular);
            values[m->value_offset + clip * m->value_clip + j * m->value_step] = IS_NAN(scale) ? scale
                    : mine.regular ? over_norm(cosine, two_sum((float)m->dim, 0.0f)).high : cosine.high * scale;
            *winner = !EXACT && mine.open ? -1 - mine.place : mine.place;
        }
    }
}

#endif
