// Sum, max and min over axes.
//
// What:    out[o] = f of x[o, r] over all r. A task is one result o over one chunk of r; with more than one chunk `out` is scratch
//          [chunks, results] that a second launch reduces.
// Layout:  `outer` loops over results (x, out), `inner` over what is reduced (x); any strides.
// Launch:  _item: one item per task, where the elements of r are far apart or few; neighbouring items have neighbouring results.
//          _group: one group per task (GROUP_ITEMS items; sums 64), where the elements of r are contiguous.
// Order:   _item: blocks of 64, each first to last, then the block sums in order. _group: item i adds i, i + items, ... in order, then halves
//          are added: i and i + n/2. Chunks (LaunchPlan.chunk) depend on sizes alone.
// Limits:  integers are summed in 64 bits, in one chunk.
// Bound:   memory: 4 bytes an element that is reduced. At most 48 registers: 10 groups of 128 items share a multiprocessor (20 of 64).
#include "functions.h"
#include "integer.h"

#define MAX_ITEMS 128
#define STRETCH 64

#define SUM(a, b) ((a) + (b))
#define INTEGER_MAXIMUM(a, b) ((a) > (b) ? (a) : (b))
#define INTEGER_MINIMUM(a, b) ((a) < (b) ? (a) : (b))
#define SAME(x) (x)

#define REDUCE(name, type, accumulator, start, combine, result) \
    KERNEL void name##_item(GLOBAL const type* x, GLOBAL type* out, PARAMETER(StridedLoop) outer, PARAMETER(StridedLoop) inner, \
            const i64 chunk, const i64 chunks) { \
        EACH_ELEMENT(task, outer.count * chunks) { \
            i64 part = task / outer.count; \
            i64 at[2]; \
            positions(&outer, task - part * outer.count, 2, at); \
            i64 end = (part + 1) * chunk < inner.count ? (part + 1) * chunk : inner.count; \
            accumulator sum = (start); \
            for (i64 first = part * chunk; first < end; first += STRETCH) { \
                accumulator some = (start); \
                for (i64 r = first; r < end && r < first + STRETCH; r++) { \
                    i64 from[1]; \
                    positions(&inner, r, 1, from); \
                    some = combine(some, (accumulator)x[at[0] + from[0]]); \
                } \
                sum = combine(sum, some); \
            } \
            out[chunks == 1 ? at[1] : task] = result(sum); \
        } \
    } \
    KERNEL void name##_group(GLOBAL const type* x, GLOBAL type* out, PARAMETER(StridedLoop) outer, PARAMETER(StridedLoop) inner, \
            const i64 chunk, const i64 chunks) { \
        LOCAL_ARRAY(accumulator, sums, MAX_ITEMS); \
        EACH_TASK(task, outer.count * chunks) { \
            i64 part = task / outer.count; \
            i64 at[2]; \
            positions(&outer, task - part * outer.count, 2, at); \
            i64 end = (part + 1) * chunk < inner.count ? (part + 1) * chunk : inner.count; \
            accumulator sum = (start); \
            for (i64 r = part * chunk + ITEM; r < end; r += ITEMS) { \
                i64 from[1]; \
                positions(&inner, r, 1, from); \
                sum = combine(sum, (accumulator)x[at[0] + from[0]]); \
            } \
            sums[ITEM] = sum; \
            BARRIER(); \
            for (int n = ITEMS / 2; n > 0; n /= 2) { \
                if (ITEM < n) { \
                    sums[ITEM] = combine(sums[ITEM], sums[ITEM + n]); \
                } \
                BARRIER(); \
            } \
            if (ITEM == 0) { \
                out[chunks == 1 ? at[1] : task] = result(sums[0]); \
            } \
            BARRIER(); \
        } \
    }

REDUCE(reduce_sum, float, float, 0.0f, SUM, SAME)
REDUCE(reduce_max, float, float, -F_INFINITY, maximum, SAME)
REDUCE(reduce_min, float, float, F_INFINITY, minimum, SAME)
REDUCE(reduce_sum_i32, int, i64, 0, SUM, saturated)
REDUCE(reduce_max_i32, int, i64, -0x7fffffff - 1, INTEGER_MAXIMUM, saturated)
REDUCE(reduce_min_i32, int, i64, 0x7fffffff, INTEGER_MINIMUM, saturated)
