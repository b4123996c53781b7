// Unary and binary functions, x scale + shift, and select.
//
// What:    out[i] = f(x[i]), element by element; views of one shape, broadcast by strides of 0.
// Layout:  any strides, negative ones included; an output may be the same view as an input.
// Launch:  one item per element (LaunchPlan.elements) in a grid-stride loop.
// Order:   no sums.
// Limits:  at most 8 axes after adjacent ones have been merged (StridedLoop.java). p and q are the function's constants; p_rest is the
//          rounding error of p as a float.
// Bound:   memory: 8 bytes an element of a unary function in float32, 12 of a binary one, so 419 and 279 thousand million a second on an H100 SXM
//          (3.35 TB/s). Up to 70 instructions an element do not change that (132 multiprocessors of 128 lanes at 1.75 GHz). 32 registers: 16
//          groups of 128 items share a multiprocessor, all that an H100 takes.
#include "functions.h"
#include "integer.h"

#define UNARY(name, value) \
    KERNEL void unary_##name(GLOBAL const float* in, GLOBAL float* out, const float p, const float p_rest, const float q, \
            PARAMETER(StridedLoop) w) { \
        EACH_ELEMENT(i, w.count) { \
            i64 at[2]; \
            positions(&w, i, 2, at); \
            const float x = in[at[0]]; \
            out[at[1]] = (value); \
        } \
    }

// g is the gradient of y.
#define BACKWARD(name, value) \
    KERNEL void unary_##name##_backward(GLOBAL const float* in, GLOBAL const float* result, GLOBAL const float* upstream, \
            GLOBAL float* out, const float p, const float p_rest, const float q, PARAMETER(StridedLoop) w) { \
        EACH_ELEMENT(i, w.count) { \
            i64 at[4]; \
            positions(&w, i, 4, at); \
            const float x = in[at[0]]; \
            const float y = result[at[1]]; \
            const float g = upstream[at[2]]; \
            out[at[3]] = (value); \
        } \
    }

UNARY(neg, -x)
UNARY(abs, FABSF(x))
UNARY(square, x * x)
UNARY(exp, exponential(x))
UNARY(log, logarithm(x))
UNARY(log1p, LOG1PF(x))
UNARY(sqrt, SQRTF(x))
UNARY(rsqrt, 1.0f / SQRTF(x))
UNARY(reciprocal, 1.0f / x)
UNARY(sin, SINF(x))
UNARY(cos, COSF(x))
UNARY(tanh, hyperbolic_tangent(x))
UNARY(sigmoid, sigmoid(x))
UNARY(erf, error_function(x))
UNARY(gelu, gelu(x))
UNARY(gelu_tanh, gelu_tanh(x))
UNARY(silu, x * sigmoid(x))
UNARY(relu, x > 0.0f || IS_NAN(x) ? x : 0.0f)
UNARY(softplus, x > 20.0f ? x : LOG1PF(exponential(x)))
UNARY(log_sigmoid, log_sigmoid(x))
UNARY(hardswish, x * (maximum(0.0f, minimum(6.0f, x + 3.0f)) * (1.0f / 6.0f)))
UNARY(sign, IS_NAN(x) ? x : x >= 0.0f ? 1.0f : -1.0f)
UNARY(leaky_relu, x > 0.0f ? x : p * x)
UNARY(elu, x > 0.0f ? x : p * EXPM1F(x))
UNARY(pow, power(x, p, p_rest))
UNARY(clamp, maximum(p, minimum(q, x)))

BACKWARD(neg, -g)
BACKWARD(abs, g * (IS_NAN(x) ? x : x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f))
BACKWARD(square, (2.0f * g) * x)
BACKWARD(exp, g * y)
// Not g * (1 / x): 1 / x may overflow where the result does not.
BACKWARD(log, g / x)
BACKWARD(log1p, g / (1.0f + x))
BACKWARD(sqrt, (0.5f * g) / y)
BACKWARD(rsqrt, (-0.5f * g) * y / x)
BACKWARD(reciprocal, (-g * y) * y)
BACKWARD(sin, g * COSF(x))
BACKWARD(cos, -g * SINF(x))
BACKWARD(tanh, g * (1.0f - y * y))
BACKWARD(sigmoid, g * (y * (1.0f - y)))
BACKWARD(erf, g * (1.128379167f * exponential(-x * x)))
BACKWARD(gelu, g * gelu_slope(x))
BACKWARD(gelu_tanh, g * gelu_tanh_slope(x))
BACKWARD(silu, g * times_sigmoid_slope(x, x, 1.0f))
BACKWARD(relu, g * (x > 0.0f ? 1.0f : 0.0f))
BACKWARD(softplus, g * (x > 20.0f ? 1.0f : sigmoid(x)))
BACKWARD(log_sigmoid, g * sigmoid(-x))
BACKWARD(hardswish, g * (x <= -3.0f ? 0.0f : x >= 3.0f ? 1.0f : (2.0f * x + 3.0f) * (1.0f / 6.0f)))
BACKWARD(sign, g * 0.0f)
BACKWARD(leaky_relu, g * (x > 0.0f ? 1.0f : p))
BACKWARD(elu, g * (x > 0.0f ? 1.0f : p * exponential(x)))
// Here p and p_rest are the exponent minus one, q is the exponent.
BACKWARD(pow, q == 0.0f ? g * 0.0f : g * (q * power(x, p, p_rest)))
BACKWARD(clamp, g * (x >= p && x <= q ? 1.0f : 0.0f))

#define BINARY(name, value) \
    KERNEL void binary_##name(GLOBAL const float* left, GLOBAL const float* right, GLOBAL float* out, PARAMETER(StridedLoop) w) { \
        EACH_ELEMENT(i, w.count) { \
            i64 at[3]; \
            positions(&w, i, 3, at); \
            const float a = left[at[0]]; \
            const float b = right[at[1]]; \
            out[at[2]] = (value); \
        } \
    }

BINARY(add, a + b)
BINARY(sub, a - b)
BINARY(mul, a * b)
BINARY(div, a / b)
BINARY(max, maximum(a, b))
BINARY(min, minimum(a, b))
BINARY(pow, power(a, b, 0.0f))
BINARY(equal, a == b ? 1.0f : 0.0f)
BINARY(greater, a > b ? 1.0f : 0.0f)
BINARY(greater_equal, a >= b ? 1.0f : 0.0f)

FUNCTION int divided(int a, int b) {
    if (b == 0) {
        return a == 0 ? 0 : a > 0 ? 0x7fffffff : -0x7fffffff - 1;
    }
    return saturated((i64)a / (i64)b);
}

FUNCTION int integer_power(int a, int b) {
    if (b < 0) {
        return a == 0 ? 0x7fffffff : a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
    }
    // Beyond 32 bits the magnitude only grows.
    i64 result = 1;
    for (int i = 0; i < b && result <= 0x7fffffff && result >= -0x7fffffff - 1; i++) {
        if (a == 0 || a == 1 || a == -1) {
            return a == -1 && b % 2 == 0 ? 1 : a;
        }
        result *= a;
    }
    int odd = b % 2 != 0;
    if (result > 0x7fffffff || result < -0x7fffffff - 1) {
        return a < 0 && odd ? -0x7fffffff - 1 : 0x7fffffff;
    }
    return (int)result;
}

#define INTEGER_BINARY(name, value) \
    KERNEL void binary_##name##_i32(GLOBAL const int* left, GLOBAL const int* right, GLOBAL int* out, PARAMETER(StridedLoop) w) { \
        EACH_ELEMENT(i, w.count) { \
            i64 at[3]; \
            positions(&w, i, 3, at); \
            const int a = left[at[0]]; \
            const int b = right[at[1]]; \
            out[at[2]] = (value); \
        } \
    }

INTEGER_BINARY(add, saturated((i64)a + b))
INTEGER_BINARY(sub, saturated((i64)a - b))
INTEGER_BINARY(mul, saturated((i64)a * b))
INTEGER_BINARY(div, divided(a, b))
INTEGER_BINARY(max, a > b ? a : b)
INTEGER_BINARY(min, a < b ? a : b)
INTEGER_BINARY(pow, integer_power(a, b))
INTEGER_BINARY(equal, a == b ? 1 : 0)
INTEGER_BINARY(greater, a > b ? 1 : 0)
INTEGER_BINARY(greater_equal, a >= b ? 1 : 0)

KERNEL void affine(GLOBAL const float* in, GLOBAL float* out, const float scale, const float shift, PARAMETER(StridedLoop) w) {
    EACH_ELEMENT(i, w.count) {
        i64 at[2];
        positions(&w, i, 2, at);
        out[at[1]] = FMAF(in[at[0]], scale, shift);
    }
}

KERNEL void affine_i32(GLOBAL const int* in, GLOBAL int* out, const i64 scale, const i64 shift, PARAMETER(StridedLoop) w) {
    EACH_ELEMENT(i, w.count) {
        i64 at[2];
        positions(&w, i, 2, at);
        out[at[1]] = saturated(in[at[0]] * scale + shift);
    }
}

// Select copies bits, so one kernel serves all 4-byte types.
#define SELECT(name, type) \
    KERNEL void name(GLOBAL const type* condition, GLOBAL const uint* a, GLOBAL const uint* b, GLOBAL uint* out, \
            PARAMETER(StridedLoop) w) { \
        EACH_ELEMENT(i, w.count) { \
            i64 at[4]; \
            positions(&w, i, 4, at); \
            out[at[3]] = condition[at[0]] != (type)0 ? a[at[1]] : b[at[2]]; \
        } \
    }

SELECT(select_f32, float)
SELECT(select_i32, int)
