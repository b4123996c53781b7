package org.unmute.kernels.vector.prototype;

import java.util.Arrays;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.WorkerPool;

/**
 * The token of the greatest product of each prototype so far, in each part of a clip's tokens.
 */
final class RunningWinners {
    private final PrototypeBits p;
    private final DenseRows t;
    private final double[] norm;
    private final float[][] product;
    private final int[][] winner;
    /** Most that a product can be wrong by. */
    private double error;

    /**
     * Of no tokens yet.
     *
     * @param norm of each token, all finite and above 0
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

    /** Products of these tokens come from now on. */
    void expect(CenteredTokens x) {
        error = Math.max(error, x.productError() + x.error());
    }

    /**
     * How far a product of {@link CenteredTokens#products} can be from that of the token, in exact arithmetic, less
     * that of the middle.
     */
    double error() {
        return error;
    }

    /** A token with a product less than this below another's cannot be told from it. */
    float reach() {
        return Math.nextUp((float) (2 * error));
    }

    /** The product of the token ahead; minus infinity if there is none. */
    float product(int part, int prototype) {
        return product[part][prototype];
    }

    /** The product {@code Σ±x / ‖x‖} in float64. */
    double exact(int token, int prototype) {
        return SignedProducts.inDouble(t.data(), t.start()[token], t.length(), p.signs(), p.signs(prototype))
                / norm[token];
    }

    /**
     * Puts a token ahead in its part if it is better than the one there. Of equal ones the first wins.
     *
     * @param exact its product in float64, or NaN if that is not known
     */
    void offer(int part, int prototype, int token, float product, double exact) {
        float other = this.product[part][prototype];
        if (other != Float.NEGATIVE_INFINITY) {
            if (product < (double) other - reach()) {
                return;
            }
            if (product <= (double) other + reach()) {
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

    /** The winner of each prototype among all parts. May change {@code this}. */
    int[] winners(WorkerPool pool) {
        int each = ElementLoops.CHUNK / 4;
        int tasks = winner.length == 1 ? 0 : Math.ceilDiv(p.count(), each);
        pool.run(tasks, task -> {
            for (int j = task * each; j < Math.min(p.count(), (task + 1) * each); j++) {
                for (int part = 1; part < winner.length; part++) {
                    if (product[part][j] != Float.NEGATIVE_INFINITY) {
                        offer(0, j, winner[part][j], product[part][j], Double.NaN);
                    }
                }
            }
        });
        return winner[0];
    }
}
