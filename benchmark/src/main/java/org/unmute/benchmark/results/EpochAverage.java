package org.unmute.benchmark.results;

/**
 * One epoch, averaged over the re-runs.
 *
 * @param epoch      from 1
 * @param loss       training loss over the seeds
 * @param validation metric on the validation clips over the seeds; undefined in epochs that were not validated
 */
public record EpochAverage(int epoch, Score loss, Score validation) {}
