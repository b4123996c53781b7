package org.unmute.benchmark.results;

/**
 * A cell and its place in the tables.
 *
 * @param column the column that it belongs to
 * @param cell   its scores
 * @param detail per-class scores, training curves and calibration
 */
public record Entry(Column column, FinishedCell cell, CellDetail detail) {}
