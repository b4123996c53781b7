// Peak arithmetic throughput, which the profile compares kernels with.
//
// What:    each item runs `rounds` rounds of 64 independent fused multiply-adds, all in registers.
// Layout:  out [items], one number each, so that the compiler cannot drop the work.
// Launch:  one item per number (LaunchPlan.elements).
// Order:   each of the 64 is a chain of its own; their sum is taken first to last.
// Limits:  none; results stay finite for any number of rounds, since factor is below 1.
// Bound:   multiply-adds, by intent: 128 a cycle and multiprocessor. 72 to 79 registers: six groups of 128 items, 24 warps, which hide the 4
//          cycles of a multiply-add many times.
#include "portable.h"

#define CHAINS 64

KERNEL void peak_multiply_add(GLOBAL float* out, const i64 count, const i64 rounds, const float factor, const float term) {
    EACH_ELEMENT(e, count) {
        float chain[CHAINS];
        UNROLL for (int i = 0; i < CHAINS; i++) {
            chain[i] = (float)i;
        }
        ROLLED for (i64 r = 0; r < rounds; r++) {
            UNROLL for (int i = 0; i < CHAINS; i++) {
                chain[i] = FMAF(chain[i], factor, term);
            }
        }
        float sum = 0.0f;
        UNROLL for (int i = 0; i < CHAINS; i++) {
            sum += chain[i];
        }
        out[e] = sum;
    }
}
