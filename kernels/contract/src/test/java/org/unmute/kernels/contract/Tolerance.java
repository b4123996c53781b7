package org.unmute.kernels.contract;

import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/**
 * Bounds on the error of a float32 result, derived from the number of roundings, not from the behaviour of a backend.
 * All bounds are absolute and apply to one result.
 */
public final class Tolerance {
    /** The unit roundoff: half the distance from 1 to the next float. */
    public static final double ROUNDING = 0x1p-24;
    /** The bound for a result about which nothing is known, which is not compared. */
    public static final double UNKNOWN = -1;

    /** Distance between the smallest floats, which is the rounding error near 0. */
    private static final double SMALLEST = Float.MIN_VALUE;

    private static final double DOUBLE_ROUNDING = 0x1p-53;
    private static final int FUNCTION_ULPS = 4;

    private Tolerance() {}

    /** {@code ulps} units in the last place of a float32 of this size. */
    public static double ulps(double ulps, double value) {
        return ulps * (2 * ROUNDING * Math.abs(value) + SMALLEST);
    }

    /**
     * A function of one number. The result is within 4 ulp of the value at an argument at most 4 ulp away. A factor of
     * x may have been rounded to a subnormal, or to 0 by the definition in double.
     */
    public static double unary(Unary f, double x, double p, double q) {
        double y = f.apply(x, p, q);
        double slope = f.derivative(x, y, p, q);
        double moved = Double.isFinite(slope) ? Math.abs(x * slope) : 0;
        double underflow = Double.isFinite(x) ? Math.abs(x) * (SMALLEST + DOUBLE_ROUNDING) : 0;
        return ulps(FUNCTION_ULPS, y) + ulps(FUNCTION_ULPS, moved) + underflow;
    }

    /**
     * The gradient of such a function. There is an absolute term because slopes near their zeros are differences of
     * terms of size 1.
     */
    public static double unaryBackward(double gy, double slope) {
        return ulps(2 * FUNCTION_ULPS, Math.abs(gy) * (Math.abs(slope) + 1));
    }

    /** A function of two numbers. Functions that the hardware rounds correctly are exact. */
    public static double binary(Binary f, double result) {
        return switch (f) {
            case ADD, SUB, MUL, MAX, MIN, EQUAL, GREATER, GREATER_EQUAL -> 0;
            case DIV, POW -> ulps(FUNCTION_ULPS, result);
        };
    }

    /** {@code x scale + shift} */
    public static double affine(double x, double scale, double shift) {
        return ulps(2, Math.abs(x * scale) + Math.abs(shift));
    }

    /** A sum of {@code n} terms (products included) in float32, in any order: {@code 4 n 2⁻²⁴ Σ|term|}. */
    public static double sum(long n, double sumOfAbsolutes) {
        return 4 * Math.max(1, n) * ROUNDING * sumOfAbsolutes + SMALLEST;
    }

    /** As above, for numbers so large that a partial sum may overflow although the exact value does not. */
    public static double sumOfLarge(long n, double sumOfAbsolutes) {
        boolean overflows = sumOfAbsolutes > Float.MAX_VALUE && Double.isFinite(sumOfAbsolutes);
        return overflows ? UNKNOWN : sum(n, sumOfAbsolutes);
    }

    /**
     * A softmax over {@code n} numbers.
     *
     * @param spread distance of the element below the maximum; each unit adds one more error
     */
    public static double softmax(long n, double spread, double y) {
        return 4 * (n + spread + 4) * ROUNDING * y + 4 * SMALLEST;
    }

    /** The logarithm of a softmax. */
    public static double logSoftmax(long n, double spread, double largest) {
        return 4 * (n + 4) * ROUNDING + ulps(FUNCTION_ULPS, spread + largest);
    }

    /**
     * A value that went through a sum of {@code n} terms and a few more roundings, where all terms are at most {@code
     * scale}.
     */
    public static double normalized(long n, double scale) {
        return 4 * (n + 8) * ROUNDING * scale + 4 * SMALLEST;
    }

    /**
     * Attention. An error in the scores causes a relative error of the same size in the weights.
     *
     * @param depth length of a query
     * @param keys number of keys
     * @param scores maximum sum of absolute terms of a score
     * @param value maximum absolute value
     */
    public static double attention(long depth, long keys, double scores, double value) {
        return 4 * ((depth + 4) * scores + keys + 16) * ROUNDING * value + SMALLEST;
    }

    /**
     * Gradients of attention scores, added up over keys with factors up to 1. {@code w (gw - Σ w gw)} is at most twice
     * the maximum gw in total, and inherits the errors of the weights, of gw and of the sum.
     *
     * @param depth length of a query
     * @param keys number of keys
     * @param width length of a value, plus other summed terms
     * @param scores maximum sum of absolute terms of a score
     * @param gradients maximum sum of absolute terms of the gradient of a weight
     */
    public static double attentionScores(long depth, long keys, long width, double scores, double gradients) {
        return 4 * attention(depth, 3 * keys + 3 * width, scores, gradients);
    }

    /** A cosine of vectors of {@code dim} numbers. The absolute terms sum to at most 1. */
    public static double cosine(long dim) {
        return normalized(2 * dim, 1);
    }

    /** A parameter or moment after an optimizer step, with terms up to {@code scale}. */
    public static double step(double scale) {
        return ulps(8, scale);
    }
}
