package org.unmute.experiments.results;

/**
 * A cell at its place in the tables.
 *
 * @param column the column that it belongs to
 * @param cell   its scores
 * @param detail what its seeds left beside them
 */
public record Entry(Column column, ResultCell cell, CellDetail detail) {}
