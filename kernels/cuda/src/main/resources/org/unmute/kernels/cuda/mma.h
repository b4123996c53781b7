// Tensor cores and asynchronous copies of NVIDIA GPUs of compute capability 8.0 and up, for the variants (*.cu) of portable kernels. On the CPU,
// in tests, the same functions exchange the fragments of 32 items through memory, so that all but the instructions themselves is tested
// there; the items of every warp must then reach a multiplication together, equally often.
//
// A multiplication adds a [16, K] b [K, 8] to c [16, 8] by a warp of 32 items, each with parts of the three in registers (PTX ISA, matrix
// fragments for mma.m16n8k8 and mma.m16n8k16). With g = LANE / 4 and t = LANE % 4 an item has of
//   c: (g, 2t) (g, 2t + 1) (g + 8, 2t) (g + 8, 2t + 1)
//   TF32, K = 8:   a: (g, t) (g + 8, t) (g, t + 4) (g + 8, t + 4);  b: (t, g) (t + 4, g)
//   bfloat16, K = 16, two values per register, the first in the lower half:
//                  a: (g, 2t..) (g + 8, 2t..) (g, 2t + 8..) (g + 8, 2t + 8..);  b: (2t.., g) (2t + 8.., g)
#ifndef UNMUTE_MMA_H
#define UNMUTE_MMA_H
#include "functions.h"

#define LANE (ITEM % 32)
#define WARP (ITEM / 32)

#if defined(UNMUTE_SHIM)

#if !defined(__launch_bounds__)
  #define __launch_bounds__(...)
#endif

// Rounds to 10 mantissa bits, ties away from 0.
static uint to_tf32(float x) {
    return IS_NAN(x) || FABSF(x) == F_INFINITY ? AS_UINT(x) : (AS_UINT(x) + 0x1000u) & 0xffffe000u;
}

// Rounds to 7 mantissa bits, ties to even.
static uint to_bf16(float x) {
    uint u = AS_UINT(x);
    return IS_NAN(x) ? 0x7fffu : (u + 0x7fffu + (u >> 16 & 1u)) >> 16;
}

static uint to_bf16_pair(float low, float high) {
    return to_bf16(high) << 16 | to_bf16(low);
}

static uint shim_a[1024][4];
static uint shim_b[1024][2];

static float shim_half(uint pair, int upper) {
    return AS_FLOAT(upper ? pair & 0xffff0000u : pair << 16);
}

// Element (row, k) of a, or (k, column) of b, from the registers of the item that holds it.
static float shim_left(int first, int row, int k, int wide) {
    int t = wide ? k % 8 / 2 : k % 4;
    uint u = shim_a[first + row % 8 * 4 + t][row / 8 + 2 * (wide ? k / 8 : k / 4)];
    return wide ? shim_half(u, k % 2) : AS_FLOAT(u);
}

static float shim_right(int first, int k, int column, int wide) {
    int t = wide ? k % 8 / 2 : k % 4;
    uint u = shim_b[first + column * 4 + t][wide ? k / 8 : k / 4];
    return wide ? shim_half(u, k % 2) : AS_FLOAT(u);
}

static void shim_multiply(float c[4], const uint a[4], const uint b[2], int wide) {
    std::memcpy(shim_a[ITEM], a, 16);
    std::memcpy(shim_b[ITEM], b, 8);
    BARRIER();
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < (wide ? 16 : 8); k++) {
            c[i] += shim_left(WARP * 32, LANE / 4 + i / 2 * 8, k, wide) * shim_right(WARP * 32, k, LANE % 4 * 2 + i % 2, wide);
        }
    }
    BARRIER();
}

static void multiply_tf32(float c[4], const uint a[4], const uint b[2]) {
    shim_multiply(c, a, b, 0);
}

static void multiply_bf16(float c[4], const uint a[4], const uint b[2]) {
    shim_multiply(c, a, b, 1);
}

template <int BYTES>
static void copy_async(LOCAL float* to, GLOBAL const float* from, int available) {
    std::memset(to, 0, BYTES);
    std::memcpy(to, from, available);
}

static void commit_copies() {}

template <int GROUPS_LEFT>
static void wait_for_copies() {}

#else

FUNCTION uint to_tf32(float x) {
    uint u;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(u) : "f"(x));
    return u;
}

FUNCTION uint to_bf16_pair(float low, float high) {
    uint u;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(u) : "f"(high), "f"(low));
    return u;
}

FUNCTION void multiply_tf32(float c[4], const uint a[4], const uint b[2]) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

FUNCTION void multiply_bf16(float c[4], const uint a[4], const uint b[2]) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// Copies `available` of BYTES (4 or 16) bytes to local memory, padded with 0, without waiting; both addresses are multiples of BYTES.
template <int BYTES>
FUNCTION void copy_async(LOCAL float* to, GLOBAL const float* from, int available) {
    uint place = (uint)__cvta_generic_to_shared(to);
    if (BYTES == 16) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" : : "r"(place), "l"(from), "r"(available) : "memory");
    } else {
        asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" : : "r"(place), "l"(from), "r"(available) : "memory");
    }
}

// Commits the copies since the last call as one group.
FUNCTION void commit_copies() {
    asm volatile("cp.async.commit_group;" : : : "memory");
}

// Waits until at most so many groups of this item's copies are pending.
template <int GROUPS_LEFT>
FUNCTION void wait_for_copies() {
    asm volatile("cp.async.wait_group %0;" : : "n"(GROUPS_LEFT) : "memory");
}

#endif
#endif
