package org.unmute.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Differentiable functions composed of ops, so that they run on every backend. They follow the conventions of the torch
 * functions of the same name. Negative axes count from the end.
 */
public final class Functions {
    /** Lower limit of each norm in {@link #cosineSimilarity}. */
    public static final double COSINE_FLOOR = 1e-8;

    private Functions() {}

    // ---- statistics

    /**
     * Variance over axes, which are removed: {@code Σ (x - mean)² / (n - correction)}.
     *
     * @param correction 0 for the biased variance, 1 for the unbiased one
     */
    public static Tensor variance(Tensor x, int correction, int... axes) {
        if (axes.length == 0) {
            throw new IllegalArgumentException("variance: names the correction, " + correction + ", but no axis");
        }
        Tensor square = x.minus(x.meanKeepingAxes(axes)).square();
        long n = x.elementsAlong(axes);
        if (n <= correction) {
            throw new IllegalArgumentException("variance: " + n + " numbers with correction " + correction
                    + " along axes " + Arrays.toString(axes) + " of " + x.shape());
        }
        return square.sum(axes).times(1.0 / (n - correction));
    }

    /** Square root of the {@link #variance}. Where the result is 0, so is the gradient. */
    public static Tensor standardDeviation(Tensor x, int correction, int... axes) {
        return rootWithZeroGradientAtZero(variance(x, correction, axes));
    }

    /** Euclidean norm over axes, which are removed. Where the norm is 0, so is the gradient. */
    public static Tensor norm(Tensor x, int... axes) {
        return rootWithZeroGradientAtZero(x.square().sum(axes));
    }

    /** {@link #norm}; the axes stay, with size 1. */
    public static Tensor normKeepingAxes(Tensor x, int... axes) {
        return rootWithZeroGradientAtZero(x.square().sumKeepingAxes(axes));
    }

    private static Tensor rootWithZeroGradientAtZero(Tensor square) {
        Tensor zero = square.eq(0);
        return square.maskedFill(zero, 1).sqrt().maskedFill(zero, 0);
    }

    /** {@code ln Σ eˣ} along an axis, which is removed. Does not overflow for large values. */
    public static Tensor logSumExp(Tensor x, int axis) {
        int a = x.shape().axis(axis);
        // The shift cancels out, so it needs no gradient. An infinite shift would give ∞ - ∞.
        Tensor shift = x.detach().amaxKeepingAxes(a);
        Tensor infinite = shift.abs().eq(Double.POSITIVE_INFINITY);
        shift = shift.maskedFill(infinite, 0);
        return x.minus(shift).exp().sumKeepingAxes(a).log().plus(shift).squeeze(a);
    }

    /** Mean of the {@code k} largest elements along an axis, which is removed. On ties the first elements win. */
    public static Tensor topKMean(Tensor x, int k, int axis) {
        return x.gather(axis, topKIndices(x, k, axis)).mean(axis);
    }

    /**
     * Positions of the {@code k} largest elements along an axis, largest first, as {@code I32}. On ties the first
     * elements win. The positions are distinct, even if fewer than {@code k} elements are above -∞.
     */
    public static Tensor topKIndices(Tensor x, int k, int axis) {
        int a = x.shape().axis(axis);
        if (k < 1 || k > x.size(a)) {
            throw new IllegalArgumentException(
                    "topK: k must be 1 to the axis's size: k is " + k + ", axis " + axis + " of " + x.shape());
        }
        return Grad.withoutRecording(() -> {
            int n = x.shape().dim(a);
            int[] positions = new int[n];
            Arrays.setAll(positions, i -> i);
            Tensor numbers = Tensor.of(
                    x.backend(), positions, Shape.ones(x.rank()).with(a, n).toArray());
            // Elements already found are set to -∞, so elements that were -∞ from the start must be raised above that.
            Tensor rest = x.detach();
            rest = rest.maskedFill(
                    rest.eq(Double.NEGATIVE_INFINITY), x.dtype() == DType.F64 ? -Double.MAX_VALUE : -Float.MAX_VALUE);
            Tensor[] found = new Tensor[k];
            for (int i = 0; i < k; i++) {
                found[i] = rest.max(a).indices().insert(a);
                if (i + 1 < k) {
                    rest = rest.maskedFill(numbers.eq(found[i]), Double.NEGATIVE_INFINITY);
                }
            }
            return Tensor.concat(a, found);
        });
    }

    // ---- cosines

    /**
     * Cosine along an axis, which is removed: {@code Σ a b / (max(‖a‖, 1e-8) max(‖b‖, 1e-8))}. The shapes broadcast.
     */
    public static Tensor cosineSimilarity(Tensor a, Tensor b, int axis) {
        Tensor x = a.over(normKeepingAxes(a, axis).clamp(COSINE_FLOOR, Double.POSITIVE_INFINITY));
        Tensor y = b.over(normKeepingAxes(b, axis).clamp(COSINE_FLOOR, Double.POSITIVE_INFINITY));
        return x.times(y).sum(axis);
    }

    /** Cosine of each row of {@code a [..., n, dim]} with each row of {@code b [..., m, dim]}: {@code [..., n, m]}. */
    public static Tensor cosineMatrix(Tensor a, Tensor b) {
        return a.l2Normalize(-1).matmul(b.l2Normalize(-1).transpose(-1, -2));
    }

    // ---- selection and rearrangement

    /** {@code clamp(x + 3, 0, 6) / 6}: torch's hard sigmoid, which hard-swish multiplies by x. */
    public static Tensor hardSigmoid(Tensor x) {
        return x.affine(1.0 / 6, 0.5).clamp(0, 1);
    }

    /** Gated linear unit: the first half of an axis times the sigmoid of its second half. The size must be even. */
    public static Tensor glu(Tensor x, int axis) {
        long half = x.size(axis) / 2;
        if (2 * half != x.size(axis)) {
            throw new IllegalArgumentException("glu: axis " + axis + " of " + x.shape() + " has odd size");
        }
        return x.slice(axis, 0, half).times(x.slice(axis, half, half).sigmoid());
    }

    /** Rotates elements along an axis by {@code shift} positions towards its end. */
    public static Tensor roll(Tensor x, long shift, int axis) {
        long n = x.size(axis);
        long s = n == 0 ? 0 : Math.floorMod(shift, n);
        return s == 0 ? x : Tensor.concat(axis, x.slice(axis, n - s, s), x.slice(axis, 0, n - s));
    }

    /**
     * Looks up rows of {@code weight [entries, dim]}. An {@code I32} index of any shape gives {@code [index..., dim]}.
     */
    public static Tensor embedding(Tensor weight, Tensor index) {
        if (weight.rank() != 2) {
            throw new IllegalArgumentException("embedding: the weight must be [entries, dim], is " + weight.shape());
        }
        Tensor rows = weight.indexSelect(0, index.reshape(index.shape().elements()));
        return rows.reshape(index.shape().concat(weight.shape().tail(1)).toArray());
    }

    /**
     * Windows of {@code size} elements, {@code step} apart, along an axis. That axis then counts the windows, and a new
     * last axis holds the elements of each.
     */
    public static Tensor unfold(Tensor x, int axis, int size, int step) {
        int a = x.shape().axis(axis);
        if (size < 1 || step < 1 || size > x.size(a)) {
            throw new IllegalArgumentException("unfold: windows of " + size + " by " + step + " along axis " + axis
                    + " of " + x.shape() + ": the size must be 1 to the axis's, the step at least 1");
        }
        int count = (x.shape().dim(a) - size) / step + 1;
        int[] index = new int[Math.multiplyExact(count, size)];
        Arrays.setAll(index, i -> i / size * step + i % size);
        Tensor picked = x.indexSelect(a, Tensor.of(x.backend(), index, index.length));
        int[] order = new int[x.rank() + 1];
        Arrays.setAll(order, i -> i <= a ? i : i == x.rank() ? a + 1 : i + 1);
        return picked.reshape(x.shape().with(a, size).insert(a, count).toArray())
                .permute(order);
    }

    // ---- regularisation

    /** {@code x · keep / (1 - p)}; {@code keep} is 1 for elements kept and 0 for those dropped. */
    public static Tensor dropout(Tensor x, Tensor keep, double p) {
        requireProbability(p);
        return x.times(keep.cast(x.dtype())).times(1 / (1 - p));
    }

    /** Drops each element with probability {@code p}; the same seed drops the same elements on every backend. */
    public static Tensor dropout(Tensor x, double p, long seed) {
        requireProbability(p);
        if (p == 0) {
            return x;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] keep = new int[Math.toIntExact(x.shape().elements())];
        Arrays.setAll(keep, i -> random.nextDouble() < p ? 0 : 1);
        return dropout(x, Tensor.of(x.backend(), keep, x.shape().toArray()), p);
    }

    private static void requireProbability(double p) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException("dropout: the probability must be from 0 to below 1, is " + p);
        }
    }
}
