package org.unmute.kernels.vector.attention;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.all;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.VectorMath;

/**
 * Softmax of a row of scores without its last step, the division by the sum. Two passes both compute {@code scale s +
 * bias}: computing it twice is cheaper than storing it. Rows are padded to whole vectors and read and written in them;
 * without a bias the last vector is filled and then treated like the others.
 *
 * <p>The maximum by comparison ignores NaN, but the exponential of NaN makes the sum NaN.
 *
 * @param scores in parts; the last may be shorter. Modified.
 * @param at offset of the first part
 * @param n number of scores
 * @param part length of a part, in whole vectors if there are several
 * @param apart distance between parts
 */
record ScoreRow(float[] scores, int at, int n, int part, int apart) {
    /** Scores this far below the maximum get weight 0. */
    private static final float FAR = 200;

    /**
     * Replaces scores by {@code exp(scale s + bias)}, divided by the power of two of their maximum. The last vector is
     * 0 beyond the row.
     *
     * @param bias or null
     * @return the sum
     */
    float exponentiate(float scale, BiasRows bias, int query) {
        if (bias == null) {
            padLastVector(scale);
            return exponentials(scale, max(scale));
        }
        float[] added = bias.data();
        int from = bias.start(query);
        float factor = bias.factor(query);
        return exponentials(scale, added, from, factor, max(scale, added, from, factor));
    }

    /**
     * Fills the last vector with scores of weight 0: separate code for that vector after the loop would no longer be
     * inlined.
     */
    private void padLastVector(float scale) {
        if (n % N != 0) {
            int end = position(n - 1) + 1;
            Arrays.fill(scores, end, end + N - n % N, scale > 0 ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY);
        }
    }

    private float max(float scale) {
        FloatVector top = all(Float.NEGATIVE_INFINITY);
        for (int first = 0, start = at; first < n; first += part, start += apart) {
            int count = Math.min(part, n - first);
            for (int j = 0; j < count; j += N) {
                FloatVector x = load(scores, start + j).mul(scale);
                top = top.blend(x, x.compare(VectorOperators.GT, top));
            }
        }
        return top.reduceLanes(VectorOperators.MAX);
    }

    private float exponentials(float scale, float max) {
        // With scale 0 the infinities in the last vector would become NaN.
        if (isBeyondPowers(max) || scale == 0) {
            return exponentialsBelow(scale, new float[n + N], 0, 0, max);
        }
        int power = VectorMath.power(max);
        float min = max - FAR;
        FloatVector total = Lanes.zero();
        for (int first = 0, start = at; first < n; first += part, start += apart) {
            int count = Math.min(part, n - first);
            for (int j = 0; j < count; j += N) {
                FloatVector e = VectorMath.expOver(load(scores, start + j).mul(scale), power, min);
                e.intoArray(scores, start + j);
                total = total.add(e);
            }
        }
        return Lanes.sum(total);
    }

    private float max(float scale, float[] bias, int from, float factor) {
        FloatVector top = all(Float.NEGATIVE_INFINITY);
        for (int first = 0, start = at; first < n; first += part, start += apart) {
            int whole = Math.min(part, n - first) / N * N;
            for (int j = 0; j < whole; j += N) {
                FloatVector x = load(scores, start + j)
                        .fma(all(scale), load(bias, from + first + j).mul(factor));
                top = top.blend(x, x.compare(VectorOperators.GT, top));
            }
        }
        int rest = n % N;
        if (rest == 0) {
            return top.reduceLanes(VectorOperators.MAX);
        }
        FloatVector x = load(scores, position(n - rest))
                .fma(all(scale), load(bias, from + n - rest, rest).mul(factor));
        return top.blend(x, Lanes.first(rest).and(x.compare(VectorOperators.GT, top)))
                .reduceLanes(VectorOperators.MAX);
    }

    private float exponentials(float scale, float[] bias, int from, float factor, float max) {
        if (isBeyondPowers(max)) {
            return exponentialsBelow(scale, bias, from, factor, max);
        }
        int power = VectorMath.power(max);
        float min = max - FAR;
        FloatVector total = Lanes.zero();
        for (int first = 0, start = at; first < n; first += part, start += apart) {
            int whole = Math.min(part, n - first) / N * N;
            for (int j = 0; j < whole; j += N) {
                FloatVector x = load(scores, start + j)
                        .fma(all(scale), load(bias, from + first + j).mul(factor));
                FloatVector e = VectorMath.expOver(x, power, min);
                e.intoArray(scores, start + j);
                total = total.add(e);
            }
        }
        int rest = n % N;
        if (rest == 0) {
            return Lanes.sum(total);
        }
        int last = position(n - rest);
        FloatVector x = load(scores, last)
                .fma(all(scale), load(bias, from + n - rest, rest).mul(factor));
        return Lanes.sum(total.add(last(VectorMath.expOver(x, power, min), last, rest)));
    }

    private static boolean isBeyondPowers(float max) {
        return !(Math.abs(max) < VectorMath.MAX_EXPONENT);
    }

    /** {@code exp(scale s + bias - max)} for a maximum that is infinite or too large for a power of two. */
    private float exponentialsBelow(float scale, float[] bias, int from, float factor, float max) {
        FloatVector total = Lanes.zero();
        for (int j = 0; j < n; j += N) {
            int count = Math.min(N, n - j);
            FloatVector x = load(scores, position(j))
                    .fma(all(scale), load(bias, from + j, count).mul(factor));
            total = total.add(last(VectorMath.expOfNegative(x.sub(max)), position(j), count));
        }
        return Lanes.sum(total);
    }

    /** Stores the first {@code count} lanes, and 0 in the rest. */
    private FloatVector last(FloatVector e, int to, int count) {
        FloatVector kept = e.blend(0f, Lanes.first(count).not());
        kept.intoArray(scores, to);
        return kept;
    }

    private int position(int score) {
        return at + score / part * apart + score % part;
    }
}
