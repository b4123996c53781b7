package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts long recordings into windows. */
final class Windows {
    /** Numbers in the token map of the windows that run together: enough work for all cores, little memory. */
    private static final int NUMBERS_AT_ONCE = 1 << 22;
    private static final int MOST_AT_ONCE = 32;

    private Windows() {}

    /** How many windows an encoder of this size runs together. */
    static int atOnce(EncoderSpec spec) {
        if (spec.isWhole()) {
            return 1; // they may be long
        }
        long each = (long) spec.time() * spec.freq() * spec.dim();
        return Math.clamp(NUMBERS_AT_ONCE / each, 1, MOST_AT_ONCE);
    }

    /**
     * Windows that start {@code hop} samples apart and cover the recording; the last may be shorter. A remainder of less
     * than a hundredth of a window is left out when there is a full window before it: it is rounding of the clip length,
     * not sound. So is one of less than a frame, of which the front end can make nothing.
     */
    static List<float[]> cut(float[] samples, EncoderSpec.Input input) {
        int window = input.windowSamples();
        int least = Math.max(window / 100, input.frameSamples());
        List<float[]> windows = new ArrayList<>();
        int at = 0;
        while (true) {
            int end = (int) Math.min(samples.length, (long) at + window);
            windows.add(at == 0 && end == samples.length ? samples : Arrays.copyOfRange(samples, at, end));
            if (samples.length - end < least) {
                return windows;
            }
            at += input.hopSamples();
        }
    }
}
