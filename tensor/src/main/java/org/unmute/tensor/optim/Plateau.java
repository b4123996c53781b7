package org.unmute.tensor.optim;

/**
 * Lowers the learning rate where a value, such as the loss of validation, has stopped falling: torch's {@code
 * ReduceLROnPlateau} with its relative threshold and without cooldown. Its state is a function of the values reported:
 * to continue an interrupted run, report them again. Not thread-safe.
 */
public final class Plateau implements Schedule {
    private static final double THRESHOLD = 1e-4;

    private final double factor;
    private final int patience;
    private final double min;
    private double best = Double.POSITIVE_INFINITY;
    private int worse;
    private int reductions;

    /**
     * @param factor multiplies the rate at each reduction; in (0, 1)
     * @param patience values in a row that are no better than the best so far before the next one lowers the rate
     * @param min rate below which reductions do not go
     */
    public Plateau(double factor, int patience, double min) {
        if (!(factor > 0 && factor < 1) || patience < 0 || !(min >= 0)) {
            throw new IllegalArgumentException("plateau: the factor must be in (0, 1), patience and the lowest rate at"
                    + " least 0: " + factor + ", " + patience + ", " + min);
        }
        this.factor = factor;
        this.patience = patience;
        this.min = min;
    }

    /**
     * Reports the value of an epoch, which counts as better if it is below the best by more than 1e-4 of it. NaN is
     * never better.
     */
    public void after(double value) {
        if (value < best * (1 - THRESHOLD)) {
            best = value;
            worse = 0;
        } else if (++worse > patience) {
            reductions++;
            worse = 0;
        }
    }

    @Override
    public double rate(double base, long step) {
        return Math.max(Math.min(min, base), base * Math.pow(factor, reductions));
    }
}
