// Tensor cores, exchanges within a warp and asynchronous copies of NVIDIA GPUs of compute capability 8.0 and up, for the kernels in *.cu. On
// the CPU, in tests, emulation.h has the same functions, by the layouts below; there a warp of 32 items meets at each of them but copies.
//
// All 32 items of a warp must reach the same multiplication, load_matrix, SHUFFLE or WARP_BARRIER together, equally often. Warps may differ.
//
// A multiplication adds a [16, K] b [K, 8] to c [16, 8] by a warp, whose items have parts of the three in registers (PTX ISA, matrix
// fragments for mma.m16n8k8 and mma.m16n8k16). With g = LANE / 4 and t = LANE % 4 an item has of
//   c: (g, 2t) (g, 2t + 1) (g + 8, 2t) (g + 8, 2t + 1)
//   TF32, K = 8:   a: (g, t) (g + 8, t) (g, t + 4) (g + 8, t + 4);  b: (t, g) (t + 4, g)
//   bfloat16 and half precision, K = 16, two values per register, the first in the lower half:
//                  a: (g, 2t..) (g + 8, 2t..) (g, 2t + 8..) (g + 8, 2t + 8..);  b: (2t.., g) (2t + 8.., g)
//
// load_matrix_xN loads N matrices of 8 x 8 values of 16 bits from local memory (ldmatrix). Items 8 i to 8 i + 7 have the addresses of the
// rows of matrix i, 16 bytes each and aligned to as many; the addresses of other items do not matter. An item gets of matrix i, in r[i],
// (g, 2t..), or transposed (2t, g) (2t + 1, g). So a of 16 x 16 values, row by row, is one load_matrix_x4 of rows LANE % 16 from element
// LANE / 16 * 8 on; b is one of its columns if the inner axis is contiguous, or transposed of its rows if the columns are.
#ifndef UNMUTE_MMA_H
#define UNMUTE_MMA_H
#include "functions.h"

#define LANE (ITEM % 32)
#define WARP (ITEM / 32)

#if !defined(UNMUTE_SHIM)

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

// Rounds to half precision, ties to even; 65520 and above is infinity.
FUNCTION uint to_f16_pair(float low, float high) {
    uint u;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(u) : "f"(high), "f"(low));
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

FUNCTION void multiply_f16(float c[4], const uint a[4], const uint b[2]) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// Volatile, so that a load stays behind the barrier that it needs.
#define LOAD_MATRIX(suffix, form) \
    FUNCTION void load_matrix_x1##suffix(uint r[1], LOCAL const void* row) { \
        asm volatile("ldmatrix.sync.aligned.m8n8.x1" form ".shared.b16 {%0}, [%1];" \
            : "=r"(r[0]) : "r"((uint)__cvta_generic_to_shared(row))); \
    } \
    FUNCTION void load_matrix_x2##suffix(uint r[2], LOCAL const void* row) { \
        asm volatile("ldmatrix.sync.aligned.m8n8.x2" form ".shared.b16 {%0, %1}, [%2];" \
            : "=r"(r[0]), "=r"(r[1]) : "r"((uint)__cvta_generic_to_shared(row))); \
    } \
    FUNCTION void load_matrix_x4##suffix(uint r[4], LOCAL const void* row) { \
        asm volatile("ldmatrix.sync.aligned.m8n8.x4" form ".shared.b16 {%0, %1, %2, %3}, [%4];" \
            : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"((uint)__cvta_generic_to_shared(row))); \
    }

LOAD_MATRIX(, "")
LOAD_MATRIX(_transposed, ".trans")

// A value of 4 or 8 bytes of item `lane` of this warp, or of item LANE ^ mask.
#define SHUFFLE(value, lane) __shfl_sync(0xffffffffu, value, lane)
#define SHUFFLE_XOR(value, mask) __shfl_xor_sync(0xffffffffu, value, mask)

// What an item of this warp wrote before, the others see behind it.
#define WARP_BARRIER() __syncwarp()

// Copies `available` of BYTES (4, 8 or 16) bytes to local memory, padded with 0, without waiting; both addresses are multiples of BYTES.
template <int BYTES>
FUNCTION void copy_async(LOCAL void* to, GLOBAL const void* from, int available) {
    uint place = (uint)__cvta_generic_to_shared(to);
    if (BYTES == 16) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" : : "r"(place), "l"(from), "r"(available) : "memory");
    } else {
        asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" : : "r"(place), "l"(from), "n"(BYTES), "r"(available) : "memory");
    }
}

// Commits the copies since the last call as one group.
FUNCTION void commit_copies() {
    asm volatile("cp.async.commit_group;" : : : "memory");
}

// Waits until at most so many groups of this item's copies are pending. Other items see them behind the next barrier.
template <int GROUPS_LEFT>
FUNCTION void wait_for_copies() {
    asm volatile("cp.async.wait_group %0;" : : "n"(GROUPS_LEFT) : "memory");
}

#endif
#endif
