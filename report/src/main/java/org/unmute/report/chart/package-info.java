/**
 * Charts and their layout. A {@link org.unmute.report.chart.Chart} is a record of plain numbers; {@code draw()} lays it
 * out as a {@link org.unmute.report.drawing.Drawing}; {@code rows()} returns the same numbers for a CSV file.
 */
package org.unmute.report.chart;
