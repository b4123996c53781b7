// Argmax and argmin along the last axis, and cumulative sums along it.
//
// What:    values[row], indices[row]: max or min of x[row, :] and the first index that has it; NaN beats everything.
//          cumulative_sum: out[row, i] = sum of x[row, 0 .. i], or of x[row, i .. n-1] if reversed.
// Layout:  `rows` loops over rows (x, values, indices; or x, out); steps along a row are given, of any sign.
// Launch:  extreme: one group per row (GROUP_ITEMS items). cumulative_sum: one item per row.
// Order:   extreme does not depend on it: the better value wins, then the lower index. cumulative_sum: first to last, or last to first if
//          reversed.
// Limits:  indices along a row are 32-bit.
// Bound:   extreme: memory, 4 bytes an element. cumulative_sum: the chain of additions along a row, 4 cycles each, and a sector of 32 bytes for
//          each read where rows are long; it is for few elements. At most 40 registers: 12 groups of 128 items share a multiprocessor.
#include "functions.h"
#include "integer.h"

#define MAX_ITEMS 128

// Whether a at index i beats b at index j.
#define BEATS(a, i, b, j) \
    (IS_NAN(a) ? !IS_NAN(b) || (i) < (j) : !IS_NAN(b) && ((a) == (b) ? (i) < (j) : find_max ? (a) > (b) : (a) < (b)))

#define EXTREME(name, type) \
    KERNEL void name(GLOBAL const type* x, GLOBAL type* values, GLOBAL int* indices, PARAMETER(StridedLoop) rows, const i64 n, \
            const i64 step, const int find_max) { \
        LOCAL_ARRAY(type, best, MAX_ITEMS); \
        LOCAL_ARRAY(int, places, MAX_ITEMS); \
        EACH_TASK(row, rows.count) { \
            i64 at[3]; \
            positions(&rows, row, 3, at); \
            /* Items beyond the end of the row take its first element, which cannot change the result. */ \
            int place = ITEM < n ? ITEM : 0; \
            type value = x[at[0] + place * step]; \
            for (i64 i = (i64)ITEM + ITEMS; i < n; i += ITEMS) { \
                type other = x[at[0] + i * step]; \
                if (BEATS(other, (int)i, value, place)) { \
                    value = other; \
                    place = (int)i; \
                } \
            } \
            best[ITEM] = value; \
            places[ITEM] = place; \
            BARRIER(); \
            for (int m = ITEMS / 2; m > 0; m /= 2) { \
                if (ITEM < m && BEATS(best[ITEM + m], places[ITEM + m], best[ITEM], places[ITEM])) { \
                    best[ITEM] = best[ITEM + m]; \
                    places[ITEM] = places[ITEM + m]; \
                } \
                BARRIER(); \
            } \
            if (ITEM == 0) { \
                values[at[1]] = best[0]; \
                indices[at[2]] = places[0]; \
            } \
            BARRIER(); \
        } \
    }

EXTREME(extreme_f32, float)
EXTREME(extreme_i32, int)

#define CUMULATIVE_SUM(name, type, accumulator, result) \
    KERNEL void name(GLOBAL const type* x, GLOBAL type* out, PARAMETER(StridedLoop) rows, const i64 n, const i64 step, \
            const i64 out_step, const int reverse) { \
        EACH_ELEMENT(row, rows.count) { \
            i64 at[2]; \
            positions(&rows, row, 2, at); \
            accumulator sum = 0; \
            for (i64 j = 0; j < n; j++) { \
                i64 i = reverse ? n - 1 - j : j; \
                sum += x[at[0] + i * step]; \
                out[at[1] + i * out_step] = result(sum); \
            } \
        } \
    }

#define SAME(x) (x)

CUMULATIVE_SUM(cumulative_sum_f32, float, float, SAME)
CUMULATIVE_SUM(cumulative_sum_i32, int, i64, saturated)
