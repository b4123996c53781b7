package org.unmute.probes.train;

import java.util.Arrays;

/**
 * The loss of every step of a run.
 *
 * @param steps losses in order over all epochs, each computed before the update; NaN for a batch without known targets,
 *     which has no loss
 * @param stepsPerEpoch steps per epoch
 */
public record LossHistory(double[] steps, int stepsPerEpoch) {
    /** The mean loss of each epoch, over the steps that have one. */
    public double[] epochs() {
        double[] means = new double[steps.length / stepsPerEpoch];
        Arrays.setAll(
                means,
                e -> Arrays.stream(steps, e * stepsPerEpoch, (e + 1) * stepsPerEpoch)
                        .filter(loss -> !Double.isNaN(loss))
                        .average()
                        .orElse(Double.NaN));
        return means;
    }

    /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
    @Override
    public boolean equals(Object other) {
        return other instanceof LossHistory that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {steps, stepsPerEpoch};
    }

    @Override
    public String toString() {
        return "LossHistory[steps=" + Arrays.toString(steps) + ", stepsPerEpoch=" + stepsPerEpoch + "]";
    }
}
