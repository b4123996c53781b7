package org.unmute.events.search;

import org.unmute.probes.event.Band;

/**
 * A stretch of a recording that was found.
 *
 * @param recording id of the recording
 * @param start in seconds from its start
 * @param end in seconds
 * @param band where the example's tokens were found; full for pooled vectors
 * @param score how well the examples fit it, less the fit of the avoided example that fits best: of pooled vectors
 *     the cosine of the best example; of tokens the mean over the better half of the examples, in deviations above the
 *     mean of the sound that is searched
 * @param order position in what was searched; of equal scores the smaller one comes first
 */
public record Moment(String recording, double start, double end, Band band, float score, long order) {}
