package org.unmute.events.search;

import org.unmute.probes.cache.CachedClip;

/**
 * Rows of a clip that are searched.
 *
 * @param clip the clip
 * @param from first row
 * @param to row after the last, above {@code from}
 */
record TokenRange(CachedClip clip, int from, int to) {}
