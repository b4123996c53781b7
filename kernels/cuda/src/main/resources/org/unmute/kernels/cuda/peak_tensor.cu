// Peak throughput of tensor cores, which reports compare kernels on tensor cores with.
//
// What:    each warp runs `rounds` rounds of 8 independent multiplications of 16 x 8 results (mma.sync), all in registers. tf32: operands in TF32,
//          inner size 8; f16: in float16, inner size 16, as fast as bfloat16; both with float32 sums; u8: in whole numbers of 8 bits, inner
//          size 32, sums of 32 bits.
// Layout:  out [items], one number each, so that the compiler cannot drop the work.
// Launch:  one item per number (LaunchPlan.elements), a multiple of 32 in total; the arguments of peak_multiply_add.
// Order:   each of the 8 is a chain of its own; their sum is taken first to last.
// Limits:  none; float32 sums grow by the small factor * term and stay finite for any number of rounds, whole numbers wrap around.
// Bound:   registers of an item on sm_80, sm_90, sm_100 (ptxas 13.0, no spills): 50, 54, 50, so that a multiprocessor has nine groups of 128
//          items, 36 warps; four are enough to keep its tensor cores busy, with 8 multiplications of each in flight. No memory but the result.
//          On Hopper mma.sync reaches about two thirds of what wgmma does; no kernel here uses wgmma.
#include "signs.h"

#define FRAGMENTS 8

struct Tf32 {
    typedef float Sum;
    FUNCTION uint pack(float x) {
        return to_tf32(x);
    }
    FUNCTION void multiply(float c[4], const uint a[4], const uint b[2]) {
        multiply_tf32(c, a, b);
    }
};

struct Half {
    typedef float Sum;
    FUNCTION uint pack(float x) {
        return to_f16_pair(x, x);
    }
    FUNCTION void multiply(float c[4], const uint a[4], const uint b[2]) {
        multiply_f16(c, a, b);
    }
};

struct Bytes {
    typedef int Sum;
    // 1 to 127: signed and unsigned alike, and never 0, which takes less power.
    FUNCTION uint pack(float x) {
        return 0x01010101u * (1u + (uint)(x * 126.0f));
    }
    FUNCTION void multiply(int c[4], const uint a[4], const uint b[2]) {
        multiply_u8_s8(c, a, b);
    }
};

template <class Form>
FUNCTION void peak(GLOBAL float* out, const i64 count, const i64 rounds, const float factor, const float term) {
    const uint left = Form::pack(factor);
    const uint right = Form::pack(term);
    EACH_ELEMENT(e, count) {
        const uint a[4] = {left, left, left, left};
        const uint b[2] = {right, right};
        typename Form::Sum chain[FRAGMENTS][4];
        UNROLL for (int i = 0; i < FRAGMENTS; i++) {
            UNROLL for (int j = 0; j < 4; j++) {
                chain[i][j] = (typename Form::Sum)i;
            }
        }
        ROLLED for (i64 r = 0; r < rounds; r++) {
            UNROLL for (int i = 0; i < FRAGMENTS; i++) {
                Form::multiply(chain[i], a, b);
            }
        }
        float sum = 0.0f;
        UNROLL for (int i = 0; i < FRAGMENTS; i++) {
            UNROLL for (int j = 0; j < 4; j++) {
                sum += (float)chain[i][j];
            }
        }
        out[e] = sum;
    }
}

#define PEAK(name, Form) \
    KERNEL void __launch_bounds__(128, 4) name( \
            GLOBAL float* out, const i64 count, const i64 rounds, const float factor, const float term) { \
        peak<Form>(out, count, rounds, factor, term); \
    }

PEAK(peak_multiply_tf32, Tf32)
PEAK(peak_multiply_f16, Half)
PEAK(peak_multiply_u8, Bytes)
