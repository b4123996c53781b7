package org.unmute.report.chart;

import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;

/** A chart: plain numbers that can be drawn or written as a table. Arrays are neither copied nor modified. */
public sealed interface Chart permits ClassBars, GroupedBars, LineChart, ReliabilityDiagram, WinMatrix {
    /** Title, subtitle and the description for screen readers. */
    Caption caption();

    /** Lays out the chart. Equal charts give equal drawings; a chart without data shows a note. */
    Drawing draw();

    /** The numbers as a table with a header, for a CSV file; numbers that are not finite are empty cells. */
    List<List<String>> rows();
}
