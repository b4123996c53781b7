package org.unmute.audio;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.unmute.audio.playback.Speed;

/**
 * A recording in memory, mixed down to one channel.
 *
 * @param samples {@code [samples]}, full scale is -1 to 1; not copied
 * @param sampleRate in Hz
 * @param channels channels of the source
 * @param warnings problems of the source, as text for users; see {@link AudioStream#warnings}
 */
public record Recording(float[] samples, int sampleRate, int channels, List<String> warnings) {
    /** Maximum length of a recording that is read into memory, in seconds. */
    public static final long MAX_SECONDS = 4 * 3600;

    private static final int MAX_SAMPLES = Integer.MAX_VALUE - 8;
    private static final int FIRST_SAMPLES = 1 << 20;

    /** @throws IllegalArgumentException if the rate or the number of channels is not positive */
    public Recording {
        Objects.requireNonNull(samples, "samples");
        if (sampleRate <= 0 || channels <= 0) {
            throw new IllegalArgumentException("recording: sample rate and channels must be positive: " + sampleRate
                    + " Hz, " + channels + " channels");
        }
        warnings = List.copyOf(warnings);
    }

    /**
     * A recording without warnings.
     *
     * @param samples {@code [samples]}, full scale is -1 to 1; not copied
     * @param sampleRate in Hz
     * @param channels channels of the source
     * @throws IllegalArgumentException if the rate or the number of channels is not positive
     */
    public Recording(float[] samples, int sampleRate, int channels) {
        this(samples, sampleRate, channels, List.of());
    }

    /**
     * A recording of one channel without warnings.
     *
     * @param samples {@code [samples]}, full scale is -1 to 1; not copied
     * @param sampleRate in Hz
     * @throws IllegalArgumentException if the rate is not positive
     */
    public Recording(float[] samples, int sampleRate) {
        this(samples, sampleRate, 1);
    }

    /**
     * Reads a stream from its current position to its end.
     *
     * @throws UnreadableAudioException if it is damaged, has no samples, or is longer than {@link #MAX_SECONDS}
     * @throws IOException if the source fails
     */
    public static Recording read(AudioStream stream) throws IOException {
        long max = Math.min(MAX_SAMPLES - 1, MAX_SECONDS * stream.sampleRate());
        long stated = stream.frames().orElse(Long.MAX_VALUE - 1);
        if (stream.frames().isPresent() && stated - stream.position() > max) {
            throw tooLong(stream, stated - stream.position());
        }
        float[] samples = new float[(int) Math.min(FIRST_SAMPLES, Math.max(1, stated - stream.position()))];
        int n = 0;
        float[] next = new float[1];
        while (true) {
            int got;
            if (n < samples.length) {
                got = stream.read(samples, n, samples.length - n);
            } else {
                // Check whether there is more before growing the array.
                got = stream.read(next, 0, 1);
                if (got > 0) {
                    samples = Arrays.copyOf(samples, (int) Math.min(MAX_SAMPLES, 2L * n));
                    samples[n] = next[0];
                }
            }
            if (got < 0) {
                break;
            }
            n += got;
            if (n > max) {
                throw tooLong(stream, n);
            }
        }
        if (n == 0) {
            throw new UnreadableAudioException(stream.name(), "the file holds no samples");
        }
        float[] exact = n == samples.length ? samples : Arrays.copyOf(samples, n);
        return new Recording(exact, stream.sampleRate(), stream.channels(), stream.warnings());
    }

    private static UnreadableAudioException tooLong(AudioStream stream, long samples) {
        return new UnreadableAudioException(
                stream.name(),
                "too long: " + samples / stream.sampleRate() + " s; at most " + MAX_SECONDS
                        + " s are read: cut it into shorter files");
    }

    /** Length in seconds. */
    public double seconds() {
        return (double) samples.length / sampleRate;
    }

    /**
     * This recording resampled to another rate; the recording itself if it already has that rate.
     *
     * @throws IllegalArgumentException if {@link Resampler} does not support this pair of rates, or the result is too
     *     long for an array
     */
    public Recording resampled(int rate, Resampler.Kernel kernel) {
        return resampled(Speed.NORMAL, rate, kernel);
    }

    /**
     * This recording played at another speed: its rate read as that rate times the speed, then resampled.
     *
     * @throws IllegalArgumentException if {@link Resampler} does not support this pair of rates, or the result is too
     *     long for an array
     */
    public Recording resampled(Speed speed, int rate, Resampler.Kernel kernel) {
        if (rate == sampleRate && speed.isNormal()) {
            return this;
        }
        return new Recording(new Resampler(sampleRate, speed, rate, kernel).apply(samples), rate, channels, warnings);
    }

    /**
     * Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN.
     * Reads all samples, as {@link #hashCode} does.
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Recording that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {sampleRate, channels, warnings, samples};
    }

    @Override
    public String toString() {
        return "Recording[" + samples.length + " samples, " + sampleRate + " Hz, channels=" + channels + ", warnings="
                + warnings + "]";
    }
}
