package org.unmute.probes.event;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of time in which a class is active, and the steps of {@link EventDetector} for lists. Differences of times are rounded to microseconds before they are
 * compared, so that 0.4 - 0.3 is 0.1.
 *
 * @param onset  in seconds
 * @param offset in seconds, at least {@code onset}
 */
record Stretch(double onset, double offset) {
    /** In seconds, rounded to microseconds. */
    double length() {
        return EventDetector.rounded(offset - onset);
    }

    /**
     * Maximal runs of frames that stay above a low threshold and exceed a high one at least once. With equal
     * thresholds: runs above the threshold.
     *
     * @param scores of one class, {@code [frames]}
     * @param times  {@code [frames + 1]}: frame {@code i} lasts from {@code times[i]} to {@code times[i + 1]}
     * @param high at least one frame must exceed it, compared in float64
     * @param low    all frames must exceed it; at most {@code high}
     * @throws IllegalArgumentException if {@code low} is greater than {@code high}, or lengths do not fit
     */
    static List<Stretch> above(float[] scores, double[] times, double high, double low) {
        if (low > high || times.length != scores.length + 1) {
            throw new IllegalArgumentException(
                    "events: the low threshold must not exceed the high one, and there must be one time more than"
                            + " frames: "
                            + low + ", " + high + ", " + scores.length + " frames, " + times.length + " times");
        }
        List<Stretch> all = new ArrayList<>();
        int begun = -1;
        boolean exceeded = false;
        for (int i = 0; i <= scores.length; i++) {
            if (i < scores.length && scores[i] > low) {
                begun = begun < 0 ? i : begun;
                exceeded |= scores[i] > high;
            } else if (begun >= 0) {
                if (exceeded) {
                    all.add(new Stretch(times[begun], times[i]));
                }
                begun = -1;
                exceeded = false;
            }
        }
        return all;
    }

    /**
     * Merges stretches whose gap is at most {@code gap}.
     *
     * @param stretches sorted by onset, without overlap
     * @param gap       in seconds
     */
    static List<Stretch> merged(List<Stretch> stretches, double gap) {
        List<Stretch> all = new ArrayList<>();
        for (Stretch s : stretches) {
            if (!all.isEmpty() && EventDetector.rounded(s.onset - all.getLast().offset) <= gap) {
                all.set(all.size() - 1, new Stretch(all.getLast().onset, s.offset));
            } else {
                all.add(s);
            }
        }
        return all;
    }

    /** The stretches that last at least {@code seconds}. */
    static List<Stretch> lasting(List<Stretch> stretches, double seconds) {
        return stretches.stream().filter(s -> s.length() >= seconds).toList();
    }
}
