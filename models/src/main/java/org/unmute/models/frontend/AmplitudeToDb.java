package org.unmute.models.frontend;

import org.unmute.tensor.Tensor;

/**
 * Converts power to decibels as {@code torchaudio.transforms.AmplitudeToDB} does: {@code 10 log10(max(x, 1e-10))},
 * limited from below to the loudest value of the clip minus {@code topDb}. The bound is per clip: if it were computed
 * over a batch, a loud clip would raise the floor of a quiet one.
 *
 * @param topDb range below the loudest value in decibels; infinity for no lower bound
 */
public record AmplitudeToDb(double topDb) {
    /** Smallest power before the logarithm. */
    public static final double FLOOR = 1e-10;

    /** @throws IllegalArgumentException if the range is negative or NaN */
    public AmplitudeToDb {
        if (!(topDb >= 0)) {
            throw new IllegalArgumentException("amplitude to dB: topDb must not be negative: " + topDb);
        }
    }

    /**
     * Converts clips on their backend, each with its own lower bound.
     *
     * @param power power values, {@code [clips, frames, bands]}
     */
    public Tensor apply(Tensor power) {
        Tensor decibels = power.clamp(FLOOR, Double.POSITIVE_INFINITY).log().times(10 / Math.log(10));
        return decibels.maximum(decibels.amaxKeepingAxes(1, 2).minus(topDb));
    }

    /**
     * Converts one clip.
     *
     * @param power power values of any shape, all from one clip. Modified.
     */
    public void apply(float[] power) {
        double loudest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < power.length; i++) {
            power[i] = (float) (10 * Math.log10(Math.max(power[i], FLOOR)));
            loudest = Math.max(loudest, power[i]);
        }
        float lowest = (float) (loudest - topDb);
        for (int i = 0; i < power.length; i++) {
            power[i] = Math.max(power[i], lowest);
        }
    }

    /**
     * Converts one clip to decibels below its loudest value, which becomes 0: {@code librosa.power_to_db} with {@code
     * ref=np.max}. ({@link #apply(float[])} is the same with {@code ref=1.0}.)
     *
     * @param power power values of any shape, all from one clip. Modified.
     */
    public void applyBelowLoudest(float[] power) {
        double loudest = FLOOR;
        for (float p : power) {
            loudest = Math.max(loudest, p);
        }
        for (int i = 0; i < power.length; i++) {
            double decibels = 10 * (Math.log10(Math.max(power[i], FLOOR)) - Math.log10(loudest));
            power[i] = (float) Math.max(decibels, -topDb);
        }
    }
}
