package org.unmute.kernels.vector.prototype;

import java.util.Arrays;

/** Stage 2: pairs of a prototype and a token that can win, and their products in float32. */
final class CandidateList {
    /** Products computed at a time. */
    private static final int BATCH = 4;

    private static final int INITIAL = 4 * SumSearch.PROTOTYPES;
    private static final int KEPT = 32 * SumSearch.PROTOTYPES;

    private int[] prototype = new int[INITIAL];
    private int[] token = new int[INITIAL];
    /** Where the signs of the prototype start. */
    private int[] signs = new int[INITIAL];
    /** Where the row of the token starts. */
    private int[] row = new int[INITIAL];

    private float[] product = new float[INITIAL];
    private int count;

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    int prototype(int candidate) {
        return prototype[candidate];
    }

    int token(int candidate) {
        return token[candidate];
    }

    float product(int candidate) {
        return product[candidate];
    }

    /** Appends hits in the order of tokens, so that the row of a token is read once for all its prototypes. */
    void append(MatchTask task, Hits hits) {
        int first = count;
        count += hits.count();
        reserve();
        hits.forEach((position, i, t) -> set(first + position, task, i, t));
    }

    /** Appends every token for every prototype. */
    void appendAll(MatchTask task) {
        count = task.tokens() * task.prototypes();
        reserve();
        for (int e = 0; e < count; e++) {
            set(e, task, e % task.prototypes(), e / task.prototypes());
        }
    }

    private void set(int e, MatchTask task, int i, int t) {
        prototype[e] = i;
        token[e] = t;
        signs[e] = task.signs(i);
        row[e] = task.row(t);
    }

    private void reserve() {
        if (count + BATCH > token.length) {
            resize(Math.max(count + BATCH, 2 * token.length));
        }
    }

    private void resize(int capacity) {
        prototype = Arrays.copyOf(prototype, capacity);
        token = Arrays.copyOf(token, capacity);
        signs = Arrays.copyOf(signs, capacity);
        row = Arrays.copyOf(row, capacity);
        product = Arrays.copyOf(product, capacity);
    }

    /**
     * Computes the products of candidates from {@code first} on.
     *
     * @param top the largest product of each prototype. Raised.
     */
    void multiply(MatchTask task, int first, float[] top) {
        // Fill the last batch with copies of the last candidate.
        for (int e = count; e > first && (e - first) % BATCH != 0; e++) {
            signs[e] = signs[count - 1];
            row[e] = row[count - 1];
        }
        for (int e = first; e < count; e += BATCH) {
            task.pass().x().products(row, task.pass().p().signs(), signs, e, product);
        }
        for (int e = first; e < count; e++) {
            top[prototype[e]] = Math.max(top[prototype[e]], product[e]);
        }
    }

    void trim() {
        if (token.length > KEPT) {
            resize(INITIAL);
        }
    }
}
