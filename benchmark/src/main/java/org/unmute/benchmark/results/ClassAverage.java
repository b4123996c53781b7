package org.unmute.benchmark.results;

/**
 * The score of one class with one probe.
 *
 * @param name name of the class
 * @param positives test clips with this label
 * @param ap        average precision over the seeds; undefined without positives
 */
public record ClassAverage(String name, long positives, Score ap) {}
