package org.unmute.report.chart;

import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;

/**
 * A figure: numbers that can be drawn and written as a table. Charts hold their arrays as given and do not modify them.
 */
public sealed interface Chart
        permits ClassBars, GroupedBars, HeatMap, LineChart, RankingChart, ReliabilityDiagram, ScatterChart, WinMatrix {
    /** What stands above the figure and what a screen reader says. */
    Caption caption();

    /** Lays the figure out; the same chart always gives the same drawing. Empty data give a drawing that says so. */
    Drawing draw();

    /** The numbers as a table, header first, for a CSV file; numbers that are not finite are empty cells. */
    List<List<String>> rows();
}
