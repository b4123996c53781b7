package org.unmute.experiments.results;

/**
 * Predictions of like confidence, of all seeds together.
 *
 * @param low        the bin's lower end
 * @param high       the bin's upper end
 * @param confidence mean confidence; NaN where empty
 * @param accuracy   share that is right; NaN where empty
 * @param count      predictions in it
 */
public record CalibrationBin(double low, double high, double confidence, double accuracy, long count) {}
