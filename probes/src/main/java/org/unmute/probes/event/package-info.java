/**
 * Converts scores over time to events with median filters, thresholds with hysteresis, merging of gaps and minimum
 * durations. {@link org.unmute.probes.event.EventDetector} applies all of these while frames arrive; {@link
 * org.unmute.probes.event.StreamingTagger} converts samples to events, including the frequencies of each.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.event;

import org.jspecify.annotations.NullMarked;
