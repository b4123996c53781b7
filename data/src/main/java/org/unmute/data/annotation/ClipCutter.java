package org.unmute.data.annotation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Cuts a long annotated recording into clips for training. Consecutive clips start one hop apart; a last clip that
 * would extend beyond the end starts earlier, so that all clips are equally long.
 *
 * @param length   of a clip in seconds, positive
 * @param overlap  of neighbouring clips in seconds, less than the length
 * @param rule     when an event is a label of a clip
 */
public record ClipCutter(double length, double overlap, ShareRule rule) {
    /** More clips of one recording indicate a mistake in the options. */
    private static final int MAX_CLIPS = 10_000_000;

    /**
     * A clip.
     *
     * @param start  in seconds from the recording's start
     * @param end    in seconds
     * @param labels distinct and sorted
     * @param partial whether it has no label but contains part of an event: too little for a label, too much for an
     *     example without the class
     */
    public record Clip(double start, double end, List<String> labels, boolean partial) {
        /** A clip that is not partial. */
        public Clip(double start, double end, List<String> labels) {
            this(start, end, labels, false);
        }
    }

    /** @throws IllegalArgumentException if a value is out of range */
    public ClipCutter {
        if (!(length > 0 && length < Double.POSITIVE_INFINITY) || !(overlap >= 0 && overlap < length)) {
            throw new IllegalArgumentException("cut into clips: the length must be positive and the overlap less than"
                    + " it: " + length + " s, " + overlap + " s");
        }
    }

    /**
     * A clip gets the label of an event if the event shares at least {@code minShare} of its own or of the clip's
     * length with it.
     */
    public ClipCutter(double length, double overlap, double minShare) {
        this(length, overlap, new ShareRule(minShare, ShareRule.Of.EITHER));
    }

    /**
     * The clips of a recording.
     *
     * @param duration of the recording in seconds; a recording shorter than a clip becomes one clip
     * @param events   of the recording, in any order; events that begin after its end are ignored. An event without a
     *     label adds no label to its clips, and they are partial.
     * @throws IllegalArgumentException if the duration is not positive, or there would be more than ten million clips
     */
    public List<Clip> cut(double duration, List<Annotation> events) {
        requireFew(duration);
        double hop = length - overlap;
        EventIndex index =
                new EventIndex(events.stream().filter(e -> e.onset() < duration).toList());
        List<Clip> clips = new ArrayList<>();
        // Multiplied rather than accumulated, so that rounding errors do not drift over a day of clips.
        for (long k = 0; ; k++) {
            double start = Math.min(k * hop, Math.max(0, duration - length));
            double end = Math.min(duration, start + length);
            clips.add(clip(start, end, index));
            if (k * hop + length >= duration - 1e-6) {
                return clips;
            }
        }
    }

    void requireFew(double duration) {
        if (!(duration > 0 && duration < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("cut into clips: a recording of " + duration + " s");
        }
        double hop = length - overlap;
        if (duration / hop > MAX_CLIPS) {
            throw new IllegalArgumentException("cut into clips: a recording of " + duration + " s has more than "
                    + MAX_CLIPS + " clips that start " + hop + " s apart: choose longer clips or less overlap");
        }
    }

    private Clip clip(double start, double end, EventIndex events) {
        TreeSet<String> labels = new TreeSet<>();
        boolean[] touched = {false};
        events.within(start, end, event -> {
            touched[0] = true;
            if (!event.label().isEmpty() && rule.holds(start, end, event)) {
                labels.add(event.label());
            }
        });
        return new Clip(start, end, List.copyOf(labels), touched[0] && labels.isEmpty());
    }
}
