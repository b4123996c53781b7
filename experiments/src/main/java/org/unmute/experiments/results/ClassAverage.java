package org.unmute.experiments.results;

/**
 * A class under one probe.
 *
 * @param name      the class
 * @param positives test clips that have it
 * @param ap        average precision over the seeds; undefined without positives
 */
public record ClassAverage(String name, long positives, Score ap) {}
