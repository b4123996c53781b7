package org.unmute.report.event;

import java.io.IOException;
import java.util.Arrays;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;

/**
 * A part of a recording, to be seen and played.
 *
 * @param start   in seconds from the start of the recording
 * @param samples mono, full scale is -1 to 1. Not copied.
 * @param rate    in Hz
 */
public record SoundExcerpt(double start, float[] samples, int rate) {
    private static final float LOUD = 0.7f;
    private static final float MAX_GAIN = 10;

    /**
     * Reads a part; the recording may end before the part does.
     *
     * @param start   in seconds
     * @param seconds wanted length
     * @throws IOException if the recording cannot be read, or ends before the part begins
     */
    public static SoundExcerpt read(AudioStream stream, double start, double seconds) throws IOException {
        int rate = stream.sampleRate();
        long first = (long) Math.floor(start * rate);
        stream.seek(first);
        float[] samples = new float[Math.toIntExact(Math.max(1, Math.round(seconds * rate)))];
        int n = 0;
        while (n < samples.length) {
            int got = stream.read(samples, n, samples.length - n);
            if (got < 0) {
                break;
            }
            n += got;
        }
        if (n == 0) {
            throw new IOException("it ends before " + start + " s");
        }
        return new SoundExcerpt((double) first / rate, Arrays.copyOf(samples, n), rate);
    }

    /** End in seconds from the start of the recording. */
    public double end() {
        return start + (double) samples.length / rate;
    }

    /** The samples at another rate; these samples themselves if it is their own. */
    public float[] at(int wanted) {
        return rate == wanted ? samples : new Resampler(rate, wanted, Resampler.Kernel.HANN).apply(samples);
    }

    /** A copy of samples, amplified by at most 20 dB if they are quiet. */
    public static float[] amplified(float[] samples) {
        float max = 0;
        for (float v : samples) {
            max = Math.max(max, Math.abs(v));
        }
        float gain = Math.clamp(LOUD / Math.max(max, Float.MIN_NORMAL), 1, MAX_GAIN);
        float[] louder = samples.clone();
        for (int i = 0; i < louder.length; i++) {
            louder[i] *= gain;
        }
        return louder;
    }
}
