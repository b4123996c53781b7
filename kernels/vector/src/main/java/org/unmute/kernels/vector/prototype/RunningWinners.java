package org.unmute.kernels.vector.prototype;

import java.util.Arrays;
import org.unmute.kernels.vector.runtime.WorkerPool;

/** The winner of each prototype among the tokens seen so far, in each part of a clip. */
final class RunningWinners {
    private final PrototypeBits p;
    private final DenseRows t;
    private final double[] norm;
    private final float[][] product;
    private final int[][] winner;
    private double error;

    /**
     * Starts without winners.
     *
     * @param norm of each token, finite and above 0
     */
    RunningWinners(PrototypeBits p, DenseRows t, double[] norm, int parts) {
        this.p = p;
        this.t = t;
        this.norm = norm;
        product = new float[parts][p.count()];
        winner = new int[parts][p.count()];
        for (float[] part : product) {
            Arrays.fill(part, Float.NEGATIVE_INFINITY);
        }
    }

    /** Makes {@link #error} cover products of these tokens too. */
    void addErrorOf(CenteredTokens x) {
        error = Math.max(error, x.productError() + x.error());
    }

    /**
     * E: the largest difference between a float32 product and the exact product of the token minus that of the middle.
     */
    double error() {
        return error;
    }

    /** 2 E, rounded up: products that differ by more are in the right order. */
    float margin() {
        return Math.nextUp((float) (2 * error));
    }

    /** The product of the winner of a part, minus infinity if there is none. */
    float product(int part, int prototype) {
        return product[part][prototype];
    }

    /** The product {@code Σ±x / ‖x‖} in float64. */
    double exact(int token, int prototype) {
        return SignedProducts.inDouble(t.data(), t.start()[token], t.length(), p.signs(), p.signs(prototype))
                / norm[token];
    }

    /**
     * Replaces the winner of a part by a better token. Of equal tokens the first wins.
     *
     * @param exact the token's product in float64, or NaN if unknown
     */
    void offer(int part, int prototype, int token, float product, double exact) {
        float other = this.product[part][prototype];
        if (other != Float.NEGATIVE_INFINITY) {
            if (product < (double) other - margin()) {
                return;
            }
            if (product <= (double) other + margin()) {
                int rival = winner[part][prototype];
                double difference = (Double.isNaN(exact) ? exact(token, prototype) : exact) - exact(rival, prototype);
                if (difference < 0 || difference == 0 && token > rival) {
                    return;
                }
            }
        }
        winner[part][prototype] = token;
        this.product[part][prototype] = product;
    }

    /** The winner of each prototype among all parts. Merges the parts into the first. */
    int[] winners(WorkerPool pool) {
        pool.forEachRow(winner.length == 1 ? 0 : p.count(), winner.length, j -> {
            for (int part = 1; part < winner.length; part++) {
                if (product[part][j] != Float.NEGATIVE_INFINITY) {
                    offer(0, j, winner[part][j], product[part][j], Double.NaN);
                }
            }
        });
        return winner[0];
    }
}
