package org.unmute.probes.vector;

/**
 * A vector of an index and how well it matches.
 *
 * @param score best cosine with the wanted vectors less that with the avoided ones, -2 to 2
 * @param row of the index, from 0
 */
public record ScoredRow(float score, long row) {}
