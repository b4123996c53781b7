package org.unmute.benchmark.results;

/**
 * A probe as a column of the tables.
 *
 * @param probe the probe's kind
 * @param label its kind, followed by the options that distinguish it from other columns of this kind
 */
public record Column(String probe, String label) {}
