/**
 * The figures of the report. A {@link org.unmute.cli.chart.Chart} is a record of plain numbers; {@code draw()} lays it
 * out as a {@link org.unmute.cli.chart.Drawing}, a list of marks, which is written as SVG or PNG; {@code rows()} gives
 * the same numbers for a CSV file. Colours are named by their role, so that one drawing serves light and dark pages.
 */
package org.unmute.cli.chart;
