package org.unmute.benchmark.results;

/**
 * One bin of predictions with similar confidence, over all seeds.
 *
 * @param low        the bin's lower end
 * @param high       the bin's upper end
 * @param confidence mean confidence; NaN if empty
 * @param accuracy   share of correct predictions; NaN if empty
 * @param count      number of predictions
 */
public record CalibrationBin(double low, double high, double confidence, double accuracy, long count) {}
