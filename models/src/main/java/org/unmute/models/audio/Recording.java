package org.unmute.models.audio;

import java.util.Objects;

/**
 * Sound in memory, mixed to one channel.
 *
 * @param samples    {@code [samples]}, full scale is -1 to 1; not copied
 * @param sampleRate in Hz
 * @param channels   channels of the source
 */
public record Recording(float[] samples, int sampleRate, int channels) {
    /** @throws IllegalArgumentException if the rate or the number of channels is not positive */
    public Recording {
        Objects.requireNonNull(samples, "samples");
        if (sampleRate <= 0 || channels <= 0) {
            throw new IllegalArgumentException("recording: sample rate and channels must be positive: " + sampleRate
                    + " Hz, " + channels + " channels");
        }
    }

    /**
     * Sound of one channel.
     *
     * @param samples    {@code [samples]}, full scale is -1 to 1; not copied
     * @param sampleRate in Hz
     * @throws IllegalArgumentException if the rate is not positive
     */
    public Recording(float[] samples, int sampleRate) {
        this(samples, sampleRate, 1);
    }

    /** Length in seconds. */
    public double seconds() {
        return (double) samples.length / sampleRate;
    }

    /**
     * This recording at another rate; itself if it has that rate already.
     *
     * @throws IllegalArgumentException if the rate is not positive, or the result too long for an array
     */
    public Recording resampled(int rate, Resampler.Kernel kernel) {
        if (rate == sampleRate) {
            return this;
        }
        return new Recording(new Resampler(sampleRate, rate, kernel).apply(samples), rate, channels);
    }
}
