package org.unmute.benchmark.results;

/**
 * A probe as a column in tables.
 *
 * @param probe type of the probe
 * @param label type of the probe, followed by the options that distinguish it from other columns of the type
 */
public record Column(String probe, String label) {}
