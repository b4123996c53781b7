package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts long recordings into consecutive windows. */
final class Windows {
    private Windows() {}

    /**
     * Consecutive windows; the last may be shorter. A remainder of less than a hundredth of a window is left out when
     * there is a full window before it: it is rounding of the clip length, not sound.
     */
    static List<float[]> cut(float[] samples, int window) {
        List<float[]> windows = new ArrayList<>();
        int at = 0;
        do {
            int end = (int) Math.min(samples.length, (long) at + window);
            if (at > 0 && end - at < window / 100) {
                break;
            }
            windows.add(at == 0 && end == samples.length ? samples : Arrays.copyOfRange(samples, at, end));
            at = end;
        } while (at < samples.length);
        return windows;
    }
}
