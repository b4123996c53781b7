package org.unmute.spark.table;

import java.io.Serializable;
import org.unmute.audio.playback.Mixdown;

/**
 * An event detected by a probe, with times from the start of the file.
 *
 * @param clip id of the clip in which it was detected
 * @param path id of the clip's file ({@code PlannedClip.file})
 * @param label name of the event's class
 * @param onset where the event begins, in seconds
 * @param offset where the event ends, in seconds
 * @param low lower end of the frequency range in which the event was detected, in Hz
 * @param high upper end of the frequency range, in Hz
 * @param score max score, calibrated if the probe has a calibration
 * @param peak where the score is highest, in seconds
 * @param where when and where it was recorded
 * @param channel the channel in which it was detected, from 1; {@link Mixdown#MEAN} for the mean of all
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
        double peak,
        WhenAndWhere where,
        int channel)
        implements Serializable {}
