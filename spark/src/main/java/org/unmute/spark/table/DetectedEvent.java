package org.unmute.spark.table;

import java.io.Serializable;

/**
 * An event that a probe found, with times from the start of the file.
 *
 * @param clip id of the clip in which it was found
 * @param path id of the clip's file ({@code PlannedClip.file})
 * @param label name of its class
 * @param onset in seconds
 * @param offset in seconds
 * @param low of the frequencies at which it was found, in Hz
 * @param high of them, in Hz
 * @param score max score, calibrated where the probe is
 * @param peak where the score is highest, in seconds
 */
public record DetectedEvent(
        String clip,
        String path,
        String label,
        double onset,
        double offset,
        double low,
        double high,
        double score,
        double peak)
        implements Serializable {}
