package org.unmute.benchmark.search;

/**
 * The epochs at which asynchronous successive halving judges a trial (Li et al., "A system for massively parallel
 * hyperparameter tuning", 2020, algorithm 2): after {@code minEpochs · etaᵏ} epochs for k = 0, 1, …
 *
 * @param minEpochs the first epoch at which a trial may be stopped, at least 1
 * @param eta one trial in {@code eta} continues after each of these epochs, at least 2
 */
public record Halving(int minEpochs, int eta) {
    /**
     * Compares trials after 3, 9 and 27 epochs; a third of them continues each time. The paper does not state these
     * numbers; they are assumptions.
     */
    public static final Halving DEFAULT = new Halving(3, 3);

    /** @throws IllegalArgumentException if a number is out of range */
    public Halving {
        if (minEpochs < 1 || eta < 2) {
            throw new IllegalArgumentException(
                    "successive halving: the first epoch is at least 1 and eta at least 2: " + minEpochs + ", " + eta);
        }
    }

    /** A description of the rule, for records of settings. */
    public String words() {
        return "from epoch " + minEpochs + ", one in " + eta;
    }
}
