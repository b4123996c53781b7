package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts long recordings into windows. */
final class Windows {
    /** Number of values in the token maps of the windows of one batch: enough work for all cores, yet little memory. */
    private static final int VALUES_TOGETHER = 1 << 22;

    private static final int MAX_TOGETHER = 32;

    private Windows() {}

    /** Max number of windows in a batch for an encoder of this size. */
    static int together(EncoderSpec spec) {
        if (spec.isWhole()) {
            return 1; // recordings may be long
        }
        long each = (long) spec.time() * spec.freq() * spec.dim();
        return Math.clamp(VALUES_TOGETHER / each, 1, MAX_TOGETHER);
    }

    /** Min length of a last window in samples. */
    static int minRemainder(EncoderSpec.Input input) {
        return Math.max(input.windowSamples() / 100, input.frameSamples());
    }

    /** Number of windows that {@link #cut} returns. */
    static long count(long samples, EncoderSpec.Input input) {
        long beyond = samples - input.windowSamples() - minRemainder(input);
        return beyond < 0 ? 1 : 2 + beyond / input.hopSamples();
    }

    /**
     * Windows that start {@code hop} samples apart and cover the recording; the last may be shorter. After a full
     * window, a remainder of less than a hundredth of a window is dropped because it comes from rounding of the clip
     * length, and one of less than a frame because it has no spectrum.
     *
     * @throws IllegalArgumentException if a sample is NaN or infinite, which would make every token of its window NaN
     */
    static List<float[]> cut(float[] samples, EncoderSpec.Input input) {
        for (int i = 0; i < samples.length; i++) {
            if (!Float.isFinite(samples[i])) {
                throw new IllegalArgumentException("encode: sample " + i + " of " + samples.length + " is " + samples[i]
                        + ": give finite numbers, full scale is -1 to 1");
            }
        }
        int window = input.windowSamples();
        int min = minRemainder(input);
        List<float[]> windows = new ArrayList<>();
        int at = 0;
        while (true) {
            int end = (int) Math.min(samples.length, (long) at + window);
            windows.add(at == 0 && end == samples.length ? samples : Arrays.copyOfRange(samples, at, end));
            if (samples.length - end < min) {
                return windows;
            }
            at += input.hopSamples();
        }
    }
}
