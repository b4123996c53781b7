package org.unmute.probes.event;

import java.util.List;

/**
 * From where a {@link StreamingTagger} can go on with a recording, and what it must know of the sound before.
 *
 * @param decided rows of which it is known whether they belong to events, from the start of the recording
 * @param pending events that later rows may still change
 */
public record TaggerState(long decided, List<Pending> pending) {
    /** The start of a recording. */
    public static final TaggerState START = new TaggerState(0, List.of());

    /**
     * An event that is not given yet.
     *
     * @param event    as it is so far, with times from the first sample of the tagger
     * @param open     whether it goes on; otherwise a later one may join it
     * @param exceeded whether a frame exceeds the high threshold
     */
    public record Pending(Event event, boolean open, boolean exceeded) {}

    /** @throws IllegalArgumentException if the number of rows is negative */
    public TaggerState {
        pending = List.copyOf(pending);
        if (decided < 0) {
            throw new IllegalArgumentException("tagger: " + decided + " rows are decided");
        }
    }
}
