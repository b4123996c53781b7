package org.unmute.experiments.annotation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Cuts a long annotated recording into clips for training. Clips start a hop apart; a last one that would reach beyond
 * the end starts earlier, so that all clips are equally long.
 *
 * @param length   of a clip in seconds, positive
 * @param overlap  of neighbouring clips in seconds, less than the length
 * @param minShare a clip has a label if this share of one of the label's events lies in it, or if the event covers this
 *     share of the clip; in (0, 1]
 */
public record ClipCutter(double length, double overlap, double minShare) {
    /**
     * A clip.
     *
     * @param start  in seconds from the recording's start
     * @param end    in seconds
     * @param labels sorted, each once
     */
    public record Clip(double start, double end, List<String> labels) {}

    /** @throws IllegalArgumentException if a value is out of range */
    public ClipCutter {
        if (!(length > 0 && length < Double.POSITIVE_INFINITY)
                || !(overlap >= 0 && overlap < length)
                || !(minShare > 0 && minShare <= 1)) {
            throw new IllegalArgumentException("cut into clips: the length must be positive, the overlap less than it, "
                    + "and the share in (0, 1]: " + length + " s, " + overlap + " s, " + minShare);
        }
    }

    /**
     * The clips of a recording.
     *
     * @param duration of the recording in seconds; one that is shorter than a clip is one clip
     * @param events   of the recording, in any order; one that begins after its end is left out
     */
    public List<Clip> cut(double duration, List<Annotation> events) {
        if (!(duration > 0 && duration < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("cut into clips: a recording of " + duration + " s");
        }
        List<Annotation> byOnset = events.stream()
                .filter(e -> e.onset() < duration)
                .sorted(java.util.Comparator.comparingDouble(Annotation::onset))
                .toList();
        double hop = length - overlap;
        List<Clip> clips = new ArrayList<>();
        // Counted, not added up: a day of clips must not drift.
        for (long k = 0; ; k++) {
            double start = Math.min(k * hop, Math.max(0, duration - length));
            double end = Math.min(duration, start + length);
            clips.add(new Clip(start, end, labels(start, end, byOnset)));
            if (k * hop + length >= duration - 1e-6) {
                return clips;
            }
        }
    }

    private List<String> labels(double start, double end, List<Annotation> events) {
        Set<String> labels = new TreeSet<>();
        for (Annotation e : events) {
            if (e.onset() >= end) {
                break;
            }
            double shared = Math.min(end, e.offset()) - Math.max(start, e.onset());
            boolean point = e.onset() == e.offset() && e.onset() >= start;
            // A millionth of a second of rounding does not decide.
            double needed = minShare * Math.min(end - start, e.offset() - e.onset()) - 1e-6;
            if (point || shared > 0 && shared >= needed) {
                labels.add(e.label());
            }
        }
        return List.copyOf(labels);
    }
}
