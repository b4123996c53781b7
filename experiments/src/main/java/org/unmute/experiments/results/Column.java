package org.unmute.experiments.results;

/**
 * A probe as tables show it: one column.
 *
 * @param probe the probe's kind
 * @param label its kind, followed by the options that tell it from other columns of the kind
 */
public record Column(String probe, String label) {}
