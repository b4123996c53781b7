package org.unmute.spark.table;

/**
 * An event detected by a probe, with times from the start of the file.
 *
 * @param label name of the event's class
 * @param onset where the event begins, in seconds
 * @param offset where the event ends, in seconds
 * @param low lower end of the frequency range in which the event was detected, in Hz
 * @param high upper end of the frequency range, in Hz
 * @param score max score, calibrated if the probe has a calibration
 * @param peak where the score is highest, in seconds
 */
public record DetectedEvent(
        String label, double onset, double offset, double low, double high, double score, double peak) {}
