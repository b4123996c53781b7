package org.unmute.events.search;

import org.unmute.probes.event.Band;

/**
 * A stretch of a recording that was found.
 *
 * @param recording id of the recording
 * @param start in seconds from its start
 * @param end in seconds
 * @param band where the example's tokens were found; full for pooled vectors
 * @param score the example's cosine with it, less that of the avoided example that fits best
 * @param order position in what was searched; of equal scores the smaller one comes first
 */
public record Moment(String recording, double start, double end, Band band, float score, long order) {}
