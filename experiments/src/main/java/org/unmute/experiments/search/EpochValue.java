package org.unmute.experiments.search;

/**
 * What a trial reached.
 *
 * @param epoch epochs done, from 1
 * @param value validation score after them
 */
public record EpochValue(int epoch, double value) {}
