/**
 * From scores over time to events: median filters, thresholds with hysteresis, merging of gaps, minimum durations.
 * {@link org.unmute.probes.event.EventDetector} does all of it while frames arrive; {@link
 * org.unmute.probes.event.Stretch} has the steps for lists. {@link org.unmute.probes.event.StreamingTagger} goes from
 * samples to events, with the frequencies at which each was found.
 */
package org.unmute.probes.event;
