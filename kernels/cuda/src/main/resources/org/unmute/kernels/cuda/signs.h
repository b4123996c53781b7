// Shared by the kernels of matching_tensor.cu: sizes, and what the 32 items of a warp compute together.
#ifndef UNMUTE_SIGNS_H
#define UNMUTE_SIGNS_H
#include "mma.h"
#include "exact.h"

// m16n8k32: c [16, 8] += a [16, 32] b [32, 8] in whole numbers, a unsigned and b signed, four to a register, the first in the lowest byte; sums
// are exact modulo 2^32. With g = LANE / 4 and t = LANE % 4 an item has of
//   a: (g, 4t..) (g + 8, 4t..) (g, 4t + 16..) (g + 8, 4t + 16..);  b: (4t.., g) (4t + 16.., g);  c: as of the others, see mma.h
#if !defined(UNMUTE_SHIM)
FUNCTION void multiply_u8_s8(int c[4], const uint a[4], const uint b[2]) {
    asm("mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif

#define GROUP_ITEMS 256
#define WARPS (GROUP_ITEMS / 32)
#define SLOT 32
#define MAX_DIM 4096

#define TOKENS 64
#define BAND 256
#define STEP 64
#define STAGES 4
#define PLANE (TOKENS * STEP)
#define STAGE (2 * PLANE + BAND * STEP / 8)

// Key, and sum, of a token that cannot win: a repeated one, or padding.
#define MASKED ((int)0x80000000)

// X is at most 127 * 128 + 63 in magnitude; the scale leaves a margin for roundings.
#define MAX_SCALED 16300.0f
#define MIN_RANGE 9.0949470e-13f

// What tokens_split tells of a clip, as integers.
#define INFO 2
#define INFO_IRREGULAR 0
#define INFO_GAP 1

FUNCTION i64 padded(i64 n, i64 to) {
    return (n + to - 1) / to * to;
}

FUNCTION i64 slots_of(const Matching* m) {
    return padded(m->tokens, TOKENS) / SLOT;
}

// One bit of each item of a warp.
FUNCTION uint warp_set(int mine) {
    uint set = (mine ? 1u : 0u) << LANE;
    UNROLL for (int n = 1; n < 32; n *= 2) {
        set |= SHUFFLE_XOR(set, n);
    }
    return set;
}

FUNCTION int warp_max(int mine) {
    UNROLL for (int n = 1; n < 32; n *= 2) {
        int other = SHUFFLE_XOR(mine, n);
        mine = other > mine ? other : mine;
    }
    return mine;
}

FUNCTION int warp_total(int mine) {
    UNROLL for (int n = 1; n < 32; n *= 2) {
        mine += SHUFFLE_XOR(mine, n);
    }
    return mine;
}

FUNCTION int lowest(uint set) {
#if defined(UNMUTE_SHIM)
    return __builtin_ctz(set);
#else
    return __ffs((int)set) - 1;
#endif
}

// As winner_compensated_sum, for the items of a warp; all have the result.
FUNCTION Compensated warp_compensated_sum(Compensated sum) {
    UNROLL for (int n = 16; n > 0; n /= 2) {
        float high = SHUFFLE(sum.high, (LANE + n) % 32);
        float low = SHUFFLE(sum.low, (LANE + n) % 32);
        Compensated t = two_sum(sum.high, high);
        sum.high = t.high;
        sum.low = sum.low + low + t.low;
    }
    sum.high = SHUFFLE(sum.high, 0);
    sum.low = SHUFFLE(sum.low, 0);
    return sum;
}

// Where token n of a clip starts in x.
FUNCTION GLOBAL const float* token_of(GLOBAL const float* x, i64 clip, i64 n, const Matching* m) {
    return x + m->x_offset + clip * m->x_clip + n * m->x_token;
}

#endif
