// Copies between element types, and fills.
//
// What:    out[i] = (type) x[i], rounded to nearest even; to i32 truncated and saturated, NaN to 0.
// Layout:  any strides, negative ones included.
// Launch:  one item per element (LaunchPlan.elements).
// Order:   no sums.
// Limits:  halves are 16-bit integers here, converted by integer arithmetic, so that no device needs a half type.
// Bound:   memory: what is read and written, 6 bytes an element from f32 to f16. At most 32 registers: 16 groups of 128 items share a
//          multiprocessor, all that an H100 takes.
#include "portable.h"

FUNCTION float from_f16(ushort h) {
    uint sign = ((uint)h & 0x8000u) << 16;
    uint exponent = ((uint)h >> 10) & 31u;
    uint fraction = (uint)h & 1023u;
    if (exponent == 31u) {
        return AS_FLOAT(sign | 0x7f800000u | fraction << 13);
    }
    if (exponent != 0u) {
        return AS_FLOAT(sign | (exponent + 112u) << 23 | fraction << 13);
    }
    // Subnormal half: fraction / 2^24, which is exact.
    float small = (float)fraction * 5.9604644775390625e-08f;
    return sign != 0u ? -small : small;
}

FUNCTION ushort to_f16(float x) {
    uint bits = AS_UINT(x);
    uint sign = bits >> 16 & 0x8000u;
    uint size = bits & 0x7fffffffu;
    if (size > 0x7f800000u) {
        return (ushort)(sign | 0x7e00u);
    }
    if (size >= 0x477ff000u) {
        return (ushort)(sign | 0x7c00u);
    }
    if (size < 0x33000000u) {
        return (ushort)sign;
    }
    if (size < 0x38800000u) {
        // Subnormal result: shift the full significand into place and round off the bits shifted out.
        uint shift = 126u - (size >> 23);
        uint fraction = (size & 0x7fffffu) | 0x800000u;
        uint kept = fraction >> shift;
        uint dropped = fraction & ((1u << shift) - 1u);
        uint middle = 1u << (shift - 1u);
        kept += dropped > middle || (dropped == middle && (kept & 1u) != 0u) ? 1u : 0u;
        return (ushort)(sign | kept);
    }
    uint rounded = size + 0xfffu + (size >> 13 & 1u);
    return (ushort)(sign | (rounded - 0x38000000u) >> 13);
}

FUNCTION float from_bf16(ushort h) {
    return AS_FLOAT((uint)h << 16);
}

FUNCTION ushort to_bf16(float x) {
    uint bits = AS_UINT(x);
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        return (ushort)(bits >> 16 | 0x40u);
    }
    return (ushort)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

FUNCTION int to_i32(float x) {
    if (IS_NAN(x)) {
        return 0;
    }
    return x >= 2147483648.0f ? 0x7fffffff : x < -2147483648.0f ? -0x7fffffff - 1 : (int)x;
}

#define COPY(name, from, to, value) \
    KERNEL void name(GLOBAL const from* in, GLOBAL to* out, PARAMETER(StridedLoop) w) { \
        EACH_ELEMENT(i, w.count) { \
            i64 at[2]; \
            positions(&w, i, 2, at); \
            const from x = in[at[0]]; \
            out[at[1]] = (value); \
        } \
    }

// Same type: a bit copy.
COPY(copy_f32_f32, uint, uint, x)
COPY(copy_i32_i32, uint, uint, x)
COPY(copy_f16_f16, ushort, ushort, x)
COPY(copy_bf16_bf16, ushort, ushort, x)

COPY(copy_f32_i32, float, int, to_i32(x))
COPY(copy_f32_f16, float, ushort, to_f16(x))
COPY(copy_f32_bf16, float, ushort, to_bf16(x))
COPY(copy_i32_f32, int, float, (float)x)
COPY(copy_i32_f16, int, ushort, to_f16((float)x))
COPY(copy_i32_bf16, int, ushort, to_bf16((float)x))
COPY(copy_f16_f32, ushort, float, from_f16(x))
COPY(copy_f16_i32, ushort, int, to_i32(from_f16(x)))
COPY(copy_f16_bf16, ushort, ushort, to_bf16(from_f16(x)))
COPY(copy_bf16_f32, ushort, float, from_bf16(x))
COPY(copy_bf16_i32, ushort, int, to_i32(from_bf16(x)))
COPY(copy_bf16_f16, ushort, ushort, to_f16(from_bf16(x)))

#define FILL(name, type) \
    KERNEL void name(GLOBAL type* out, const uint bits, PARAMETER(StridedLoop) w) { \
        EACH_ELEMENT(i, w.count) { \
            i64 at[1]; \
            positions(&w, i, 1, at); \
            out[at[0]] = (type)bits; \
        } \
    }

FILL(fill_32, uint)
FILL(fill_16, ushort)
