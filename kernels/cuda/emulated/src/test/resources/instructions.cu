// One kernel per instruction of mma.h, and of signs.h, for EmulationTest and MultiplicationTest: each item's operands come from memory and its
// results go there.
#include "mma.h"
#include "signs.h"

#define MULTIPLY(name, type) \
    KERNEL void name##_once(GLOBAL const uint* a, GLOBAL const uint* b, GLOBAL type* c) { \
        uint x[4]; \
        uint y[2]; \
        type z[4]; \
        for (int i = 0; i < 4; i++) { \
            x[i] = a[4 * GLOBAL_ITEM + i]; \
            z[i] = c[4 * GLOBAL_ITEM + i]; \
        } \
        y[0] = b[2 * GLOBAL_ITEM]; \
        y[1] = b[2 * GLOBAL_ITEM + 1]; \
        name(z, x, y); \
        for (int i = 0; i < 4; i++) { \
            c[4 * GLOBAL_ITEM + i] = z[i]; \
        } \
    }

MULTIPLY(multiply_tf32, float)
MULTIPLY(multiply_bf16, float)
MULTIPLY(multiply_f16, float)
MULTIPLY(multiply_u8_s8, int)

KERNEL void round_all(GLOBAL const float* x, GLOBAL uint* tf32, GLOBAL uint* bf16, GLOBAL uint* f16, i64 pairs) {
    EACH_ELEMENT(i, pairs) {
        tf32[2 * i] = to_tf32(x[2 * i]);
        tf32[2 * i + 1] = to_tf32(x[2 * i + 1]);
        bf16[i] = to_bf16_pair(x[2 * i], x[2 * i + 1]);
        f16[i] = to_f16_pair(x[2 * i], x[2 * i + 1]);
    }
}

// The rows of a warp's matrices are `order` in shared memory; an item that has no row names none.
KERNEL void load_all(GLOBAL const uint* rows, GLOBAL const int* order, GLOBAL uint* out) {
    LOCAL_ARRAY(uint, copy, 8 * 128);
    for (int i = ITEM; i < 8 * 128; i += ITEMS) {
        copy[i] = rows[i];
    }
    BARRIER();
    uint r[14];
    LOCAL const uint* row = copy + 4 * order[ITEM];
    LOCAL const uint* none = 0;
    load_matrix_x4(r, row);
    load_matrix_x4_transposed(r + 4, row);
    load_matrix_x2(r + 8, LANE < 16 ? row : none);
    load_matrix_x2_transposed(r + 10, LANE < 16 ? row : none);
    load_matrix_x1(r + 12, LANE < 8 ? row : none);
    load_matrix_x1_transposed(r + 13, LANE < 8 ? row : none);
    for (int i = 0; i < 14; i++) {
        out[14 * ITEM + i] = r[i];
    }
}

KERNEL void shuffle_all(GLOBAL const float* x, GLOBAL const int* source, GLOBAL float* out, GLOBAL i64* wide) {
    out[2 * ITEM] = SHUFFLE(x[ITEM], source[ITEM]);
    float y = x[ITEM];
    for (int mask = 16; mask > 0; mask /= 2) {
        y += SHUFFLE_XOR(y, mask);
    }
    out[2 * ITEM + 1] = y;
    i64 twice = (i64)ITEM << 40 | ITEM;
    wide[ITEM] = SHUFFLE_XOR(twice, 5);
}

// Three stages of copies; each item reads what another one of the group copied. `early` is read before the wait, `seen` after it.
KERNEL void copy_all(GLOBAL const float* x, GLOBAL float* early, GLOBAL float* seen, int available) {
    LOCAL_ARRAY(float, stage, 3 * 64 * 4);
    for (int s = 0; s < 3; s++) {
        copy_async<16>(stage + 4 * (64 * s + ITEM), x + 4 * (64 * s + ITEM), available);
        commit_copies();
    }
    for (int s = 0; s < 3; s++) {
        early[64 * s + ITEM] = stage[4 * (64 * s + ITEM)];
        if (s == 0) {
            wait_for_copies<2>();
        } else if (s == 1) {
            wait_for_copies<1>();
        } else {
            wait_for_copies<0>();
        }
        BARRIER();
        for (int i = 0; i < 4; i++) {
            seen[4 * (64 * s + ITEM) + i] = stage[4 * (64 * s + 63 - ITEM) + i];
        }
        BARRIER();
    }
}

KERNEL void copy_small(GLOBAL const float* x, GLOBAL float* seen, int available) {
    LOCAL_ARRAY(float, stage, 3 * 64);
    copy_async<4>(stage + 3 * ITEM, x + 3 * ITEM, 4);
    copy_async<8>(stage + 2 * ITEM + 64, x, 0);
    commit_copies();
    copy_async<4>(stage + 3 * ITEM, x + 3 * ITEM + 1, available);
    wait_for_copies<0>();
    seen[2 * ITEM] = stage[3 * ITEM];
    commit_copies();
    wait_for_copies<0>();
    seen[2 * ITEM + 1] = stage[3 * ITEM];
}

// Warp w multiplies w times by the unit matrix, then all meet.
KERNEL void differ(GLOBAL float* out) {
    LOCAL_ARRAY(float, all, 128);
    const int g = LANE / 4;
    const int t = LANE % 4;
    float c[4] = {};
    for (int i = 0; i < WARP; i++) {
        uint a[4] = {to_tf32(g == t), to_tf32(0.0f), to_tf32(g == t + 4), to_tf32(0.0f)};
        uint b[2] = {to_tf32(1.0f), to_tf32(1.0f)};
        multiply_tf32(c, a, b);
    }
    all[ITEM] = c[0];
    BARRIER();
    out[ITEM] = all[127 - ITEM];
}

// What must not be.
KERNEL void fail(GLOBAL const float* x, GLOBAL float* out, int how) {
    LOCAL_ARRAY(float, some, 1024);
    uint r[4];
    float y = 0.0f;
    some[ITEM] = ITEM;
    BARRIER();
    if (how == 1) {
        load_matrix_x4(r, some + ITEM);
    } else if (how == 2) {
        copy_async<16>(some + ITEM, x + ITEM, 16);
    } else if (how == 3) {
        copy_async<4>(some + ITEM, x + ITEM, 8);
    } else if (how == 4 && ITEM != 37) {
        y = SHUFFLE_XOR(1.0f, 1);
    } else if (how == 5) {
        if (ITEM == 37) {
            BARRIER();
        } else {
            WARP_BARRIER();
        }
    } else if (how == 6) {
        if (ITEM == 37) {
            WARP_BARRIER();
        } else {
            y = SHUFFLE_XOR(1.0f, 1);
        }
    } else if (how == 7) {
        // The neighbour's store needs a barrier before it is read.
        some[ITEM ^ 1] = 1000.0f + ITEM;
        y = some[ITEM];
    } else if (how == 8) {
        some[ITEM ^ 1] = 1000.0f + ITEM;
        WARP_BARRIER();
        y = some[ITEM];
    } else if (how == 9) {
        y = some[256 + ITEM];
    }
    out[ITEM] = y + (how == 1 ? r[0] : 0);
}
