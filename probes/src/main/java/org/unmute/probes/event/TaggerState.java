package org.unmute.probes.event;

import java.util.List;

/**
 * A state from which a {@link StreamingTagger} can resume a recording, with all it needs from the sound before.
 *
 * @param decided number of rows, from the start of the recording, for which it is decided whether they belong to events
 * @param pending events that later rows may still change
 */
public record TaggerState(long decided, List<Pending> pending) {
    /** The state at the start of a recording. */
    public static final TaggerState START = new TaggerState(0, List.of());

    /**
     * An event that has not been delivered yet.
     *
     * @param event its present extent, with times relative to the first sample of the tagger
     * @param open whether it is still going on; otherwise a later event may join it
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
