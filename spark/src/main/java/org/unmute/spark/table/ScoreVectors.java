package org.unmute.spark.table;

import java.io.Serializable;

/**
 * What a probe, or the encoder's own head, says of each class of a clip.
 *
 * @param scores as {@code unmute tag} prints them, {@code [classes]}: calibrated if the probe learned a calibration,
 *     else raw; logits of the encoder's own head
 * @param raw before calibration, {@code [classes]}: those that {@code unmute tag --scores} writes and thresholds decide
 *     on; null if the probe learned no calibration, in which case {@code scores} are raw
 */
public record ScoreVectors(float[] scores, float[] raw) implements Serializable {}
