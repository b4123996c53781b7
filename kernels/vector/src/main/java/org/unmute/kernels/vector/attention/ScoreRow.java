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
 * Softmax of a row of scores but for its last step, the division by the sum. Two passes, both of which make {@code
 * scale s + bias} from the score: to make it twice is cheaper than to store it. A row is read and written in whole
 * vectors, so it has room for them; without a bias its last vector is filled up and then like the others.
 *
 * <p>The maximum is taken by comparing: NaN does not count in it, but the exponential of NaN makes the sum NaN.
 *
 * @param scores in parts, the last of which may be shorter. Modified.
 * @param at the first part
 * @param n number of scores
 * @param part length of a part, in whole vectors if there are several
 * @param apart distance from part to part
 */
record ScoreRow(float[] scores, int at, int n, int part, int apart) {
    /** Scores so far below the greatest weigh nothing. */
    private static final float FAR = 200;

    /**
     * Replaces scores by {@code exp(scale s + bias)} over the power of two that the greatest has; gives their sum. What
     * the last vector holds beyond the row becomes 0.
     *
     * @param bias or null
     */
    float exponentiate(float scale, AttentionBias bias, int query) {
        if (bias == null) {
            fillUp(scale);
            return exponentials(scale, greatest(scale));
        }
        float[] added = bias.data();
        int from = bias.start(query);
        float factor = bias.factor(query);
        return exponentials(scale, added, from, factor, greatest(scale, added, from, factor));
    }

    /**
     * Fills the last vector up with scores that weigh nothing: one of its own behind the loop would not be inlined any
     * more.
     */
    private void fillUp(float scale) {
        if (n % N != 0) {
            int end = position(n - 1) + 1;
            Arrays.fill(scores, end, end + N - n % N, scale > 0 ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY);
        }
    }

    private float greatest(float scale) {
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
        // Filled up with infinities times 0 the last vector would be NaN.
        if (isBeyondPowers(max) || scale == 0) {
            return exponentialsBelow(scale, new float[n + N], 0, 0, max);
        }
        int power = VectorMath.power(max);
        float least = max - FAR;
        FloatVector total = Lanes.zero();
        for (int first = 0, start = at; first < n; first += part, start += apart) {
            int count = Math.min(part, n - first);
            for (int j = 0; j < count; j += N) {
                FloatVector e = VectorMath.expOver(load(scores, start + j).mul(scale), power, least);
                e.intoArray(scores, start + j);
                total = total.add(e);
            }
        }
        return Lanes.sum(total);
    }

    private float greatest(float scale, float[] bias, int from, float factor) {
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
        float least = max - FAR;
        FloatVector total = Lanes.zero();
        for (int first = 0, start = at; first < n; first += part, start += apart) {
            int whole = Math.min(part, n - first) / N * N;
            for (int j = 0; j < whole; j += N) {
                FloatVector x = load(scores, start + j)
                        .fma(all(scale), load(bias, from + first + j).mul(factor));
                FloatVector e = VectorMath.expOver(x, power, least);
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
        return Lanes.sum(total.add(last(VectorMath.expOver(x, power, least), last, rest)));
    }

    private static boolean isBeyondPowers(float max) {
        return !(Math.abs(max) < VectorMath.MOST_EXPONENT);
    }

    /**
     * {@code exp(scale s + bias - max)} where the greatest score is infinite or so large that no power of two stands
     * for it.
     */
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

    /** Stores a vector with 0 behind the first {@code count} of its numbers. */
    private FloatVector last(FloatVector e, int to, int count) {
        FloatVector kept = e.blend(0f, Lanes.first(count).not());
        kept.intoArray(scores, to);
        return kept;
    }

    private int position(int score) {
        return at + score / part * apart + score % part;
    }
}
