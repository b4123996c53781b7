package org.unmute.spark.table;

import java.io.Serializable;

/**
 * Scores of a clip for each class, from a probe or the encoder's own head.
 *
 * @param scores scores as printed by {@code unmute tag}, {@code [classes]}: calibrated if the probe learned a
 *     calibration, else raw; logits for the encoder's own head
 * @param raw scores before calibration, {@code [classes]}, as written by {@code unmute tag --scores}; thresholds apply
 *     to these. Null if the probe learned no calibration, in which case {@code scores} are raw
 */
public record ScoreVectors(float[] scores, float[] raw) implements Serializable {}
