package org.unmute.report.event;

/**
 * A class of events.
 *
 * @param name      unique
 * @param threshold what scores of its events exceed; NaN if unknown
 */
public record EventClass(String name, double threshold) {}
