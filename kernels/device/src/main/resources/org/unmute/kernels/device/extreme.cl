// Greatest or least along the last axis with its position, and running sums along it.
//
// What:    values[row], indices[row]: the extreme of x[row, :] and the first place that has it; NaN wins over all.
//          cumulative_sum: out[row, i] = sum of x[row, 0 .. i], or of x[row, i .. n-1] if reversed.
// Layout:  `rows` walks rows (x, values, indices; or x, out); steps along a row are given, any sign.
// Launch:  extreme: one group a row (GROUP_ITEMS items). cumulative_sum: one item a row.
// Order:   extreme does not depend on one: the better of two is the greater, then the one further in front.
//          cumulative_sum: from first to last, from last to first if reversed.
// Limits:  places along a row are 32-bit.
#include "functions.h"
#include "integer.h"

#define MOST_ITEMS 128

// Whether value a at place i beats value b at place j.
#define BEATS(a, i, b, j) \
    (IS_NAN(a) ? !IS_NAN(b) || (i) < (j) : !IS_NAN(b) && ((a) == (b) ? (i) < (j) : greatest ? (a) > (b) : (a) < (b)))

#define EXTREME(name, type) \
    KERNEL void name(GLOBAL const type* x, GLOBAL type* values, GLOBAL int* indices, PARAMETER(Walk) rows, const i64 n, \
            const i64 step, const int greatest) { \
        LOCAL_ARRAY(type, best, MOST_ITEMS); \
        LOCAL_ARRAY(int, places, MOST_ITEMS); \
        EACH_TASK(row, rows.count) { \
            i64 at[3]; \
            positions(&rows, row, 3, at); \
            /* Items beyond the row's end take its first number, which changes nothing. */ \
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
    KERNEL void name(GLOBAL const type* x, GLOBAL type* out, PARAMETER(Walk) rows, const i64 n, const i64 step, \
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
