package org.unmute.benchmark.results;

/**
 * One epoch, averaged over the reruns.
 *
 * @param epoch      from 1
 * @param loss training loss over the seeds
 * @param validation validation metric over the seeds; undefined in epochs without validation
 */
public record EpochAverage(int epoch, Score loss, Score validation) {}
