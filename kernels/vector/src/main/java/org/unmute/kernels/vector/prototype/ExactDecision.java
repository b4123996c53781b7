package org.unmute.kernels.vector.prototype;

import java.util.Arrays;

/**
 * Stage 3: compares in float64 the candidates whose float32 products cannot be told apart. Usually only one is left,
 * and nothing is compared.
 */
final class ExactDecision {
    /** For each prototype the best candidate, or -1. */
    private final int[] best = new int[SumSearch.PROTOTYPES];
    /** The product of the best candidate in float64; NaN until it has to be compared. */
    private final double[] exact = new double[SumSearch.PROTOTYPES];

    /**
     * Offers the best candidate of each prototype to the running winners.
     *
     * @param top the largest product of each prototype
     */
    void decide(MatchTask task, CandidateList c, float[] top) {
        Arrays.fill(best, 0, task.prototypes(), -1);
        float margin = task.pass().winners().margin();
        for (int e = 0; e < c.count(); e++) {
            int i = c.prototype(e);
            if (c.product(e) >= (double) top[i] - margin) {
                compare(task, c, i, e);
            }
        }
        for (int i = 0; i < task.prototypes(); i++) {
            if (best[i] >= 0) {
                task.offer(i, c.token(best[i]), c.product(best[i]), exact[i]);
            }
        }
    }

    private void compare(MatchTask task, CandidateList c, int i, int e) {
        int other = best[i];
        if (other < 0) {
            best[i] = e;
            exact[i] = Double.NaN;
            return;
        }
        exact[i] = Double.isNaN(exact[i]) ? task.exact(c.token(other), i) : exact[i];
        double product = task.exact(c.token(e), i);
        if (product > exact[i] || product == exact[i] && c.token(e) < c.token(other)) {
            best[i] = e;
            exact[i] = product;
        }
    }
}
