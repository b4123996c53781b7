package org.unmute.probes.event;

/**
 * An event in time and frequency.
 *
 * @param detection its class, times and score
 * @param band      the frequencies at which it was found
 */
public record LocatedEvent(Detection detection, Band band) {}
