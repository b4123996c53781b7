package org.unmute.metrics.event;

import java.util.Arrays;
import java.util.Objects;

/**
 * Scores of a recording over time. Score {@code i} applies from {@code times[i]} to {@code times[i + 1]}.
 *
 * @param file   the recording's name
 * @param times  {@code [frames + 1]}, in seconds, increasing from 0; not copied
 * @param scores {@code [frames][classes]}, not NaN; not copied
 */
public record FrameScores(String file, double[] times, float[][] scores) {
    /** @throws IllegalArgumentException if the times do not increase or their number does not match the scores */
    public FrameScores {
        Objects.requireNonNull(file, "file");
        if (times.length != scores.length + 1) {
            throw new IllegalArgumentException("scores of " + file + ": " + scores.length
                    + " frames need as many times and one more, not " + times.length);
        }
        for (int i = 0; i < scores.length; i++) {
            if (!(times[i] >= 0 && times[i] < times[i + 1])) {
                throw new IllegalArgumentException("scores of " + file + ": times must rise from 0, but frame " + i
                        + " goes from " + times[i] + " to " + times[i + 1] + " s");
            }
            for (float score : scores[i]) {
                if (Float.isNaN(score)) {
                    throw new IllegalArgumentException("scores of " + file + ": frame " + i + " has a NaN");
                }
            }
        }
    }

    /** Scores at a constant rate: frame {@code i} begins at {@code i / framesPerSecond}. */
    public static FrameScores atRate(String file, float[][] scores, double framesPerSecond) {
        double[] times = new double[scores.length + 1];
        Arrays.setAll(times, i -> i / framesPerSecond);
        return new FrameScores(file, times, scores);
    }

    /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
    @Override
    public boolean equals(Object other) {
        return other instanceof FrameScores that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {file, times, scores};
    }

    @Override
    public String toString() {
        return "FrameScores[" + file + ", " + scores.length + " rows]";
    }
}
