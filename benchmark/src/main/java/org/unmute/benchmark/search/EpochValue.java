package org.unmute.benchmark.search;

/**
 * The validation score of a trial after an epoch.
 *
 * @param epoch number of epochs completed, from 1
 * @param value validation score
 */
public record EpochValue(int epoch, double value) {}
