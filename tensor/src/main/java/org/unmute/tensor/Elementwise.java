package org.unmute.tensor;

import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.ElementwiseOps;
import org.unmute.tensor.op.Unary;

/**
 * What a {@link Tensor} computes element by element. Operands broadcast; a number counts as a scalar of the tensor's
 * type. Comparisons give 1 or 0 in that type and have no gradient; with NaN they give 0. Further functions are in
 * {@link Unary} and {@link Functions}.
 */
public sealed interface Elementwise permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    // ---- arithmetic

    default Tensor plus(Tensor other) {
        return binary(Binary.ADD, other);
    }

    default Tensor minus(Tensor other) {
        return binary(Binary.SUB, other);
    }

    default Tensor times(Tensor other) {
        return binary(Binary.MUL, other);
    }

    default Tensor over(Tensor other) {
        return binary(Binary.DIV, other);
    }

    default Tensor plus(double shift) {
        return affine(1, shift);
    }

    default Tensor minus(double shift) {
        return affine(1, -shift);
    }

    default Tensor times(double scale) {
        return affine(scale, 0);
    }

    /** Divides, which rounds once: {@code times(1 / divisor)} may differ in the last digit. */
    default Tensor over(double divisor) {
        return over(self().scalarLike(divisor));
    }

    /** {@code this · scale + shift} */
    default Tensor affine(double scale, double shift) {
        return Tensor.run(new ElementwiseOps.Affine(self(), scale, shift));
    }

    default Tensor pow(Tensor exponent) {
        return binary(Binary.POW, exponent);
    }

    default Tensor pow(double exponent) {
        return unary(Unary.POW, exponent, 0);
    }

    /** The larger of two; see {@link Binary#MAX}. */
    default Tensor maximum(Tensor other) {
        return binary(Binary.MAX, other);
    }

    default Tensor maximum(double other) {
        return maximum(self().scalarLike(other));
    }

    /** The smaller of two; see {@link Binary#MIN}. */
    default Tensor minimum(Tensor other) {
        return binary(Binary.MIN, other);
    }

    default Tensor minimum(double other) {
        return minimum(self().scalarLike(other));
    }

    /** Clamps to {@code [min, max]}; either bound may be infinite. */
    default Tensor clamp(double min, double max) {
        return unary(Unary.CLAMP, min, max);
    }

    // ---- functions

    /** A function without constants. */
    default Tensor unary(Unary f) {
        return unary(f, 0, 0);
    }

    /** A function with its constants, which are 0 where it has none. */
    default Tensor unary(Unary f, double p, double q) {
        return Tensor.run(new ElementwiseOps.Map(f, p, q, self()));
    }

    default Tensor binary(Binary f, Tensor other) {
        return Tensor.run(new ElementwiseOps.Combine(f, self(), other));
    }

    default Tensor negate() {
        return unary(Unary.NEG);
    }

    default Tensor abs() {
        return unary(Unary.ABS);
    }

    default Tensor square() {
        return unary(Unary.SQUARE);
    }

    default Tensor sqrt() {
        return unary(Unary.SQRT);
    }

    default Tensor exp() {
        return unary(Unary.EXP);
    }

    /** Natural logarithm. */
    default Tensor log() {
        return unary(Unary.LOG);
    }

    default Tensor tanh() {
        return unary(Unary.TANH);
    }

    default Tensor sigmoid() {
        return unary(Unary.SIGMOID);
    }

    default Tensor relu() {
        return unary(Unary.RELU);
    }

    /** The exact form; {@link Unary#GELU_TANH} is the approximation. */
    default Tensor gelu() {
        return unary(Unary.GELU);
    }

    // ---- comparisons and choices

    /** 1 where this is greater. */
    default Tensor gt(Tensor other) {
        return binary(Binary.GREATER, other);
    }

    default Tensor gt(double other) {
        return gt(self().scalarLike(other));
    }

    /** 1 where this is greater or equal. */
    default Tensor ge(Tensor other) {
        return binary(Binary.GREATER_EQUAL, other);
    }

    default Tensor ge(double other) {
        return ge(self().scalarLike(other));
    }

    /** 1 where this is less. */
    default Tensor lt(Tensor other) {
        return other.binary(Binary.GREATER, self());
    }

    default Tensor lt(double other) {
        return lt(self().scalarLike(other));
    }

    /** 1 where this is less or equal. */
    default Tensor le(Tensor other) {
        return other.binary(Binary.GREATER_EQUAL, self());
    }

    default Tensor le(double other) {
        return le(self().scalarLike(other));
    }

    /** 1 where both are equal. */
    default Tensor eq(Tensor other) {
        return binary(Binary.EQUAL, other);
    }

    default Tensor eq(double other) {
        return eq(self().scalarLike(other));
    }

    /** {@code a} where this tensor is not 0, {@code b} elsewhere. */
    default Tensor where(Tensor a, Tensor b) {
        return Tensor.run(new ElementwiseOps.Where(self(), a, b));
    }

    /** {@code value} where {@code mask} is not 0, this tensor elsewhere. */
    default Tensor maskedFill(Tensor mask, double value) {
        return mask.where(self().scalarLike(value), self());
    }

    /**
     * +1 for x ≥ 0, else -1; the gradient passes unchanged (paper, equations 1 and 5). After {@code clamp(-1, 1)} the
     * gradient is 0 outside [-1, 1].
     */
    default Tensor binarizeStraightThrough() {
        return Tensor.run(new ElementwiseOps.BinarizeStraightThrough(self()));
    }
}
