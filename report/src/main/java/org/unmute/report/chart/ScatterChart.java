package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.plot.Axis;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.SeriesStyle;

/**
 * Labelled points with error bars, such as parameters (logarithmic) against mAP.
 *
 * @param caption title and description
 * @param x       the horizontal axis
 * @param y       the vertical axis
 * @param points  the points
 */
public record ScatterChart(Caption caption, Axis x, Axis y, List<Point> points) implements Chart {
    /**
     * One point.
     *
     * @param label  written next to it if it fits, and always in its tooltip
     * @param series for the legend; points of a series share a style; empty for none
     * @param style  colour and shape
     * @param x      the horizontal value; points that are not finite are omitted
     * @param y      the vertical value
     * @param error  half the height of its error bar; NaN for none
     */
    public record Point(String label, String series, SeriesStyle style, double x, double y, double error) {}

    /** Copies the list. */
    public ScatterChart {
        points = List.copyOf(points);
    }

    @Override
    public Drawing draw() {
        return new ScatterChartLayout(this).draw();
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("label", "series", "x", "y", "error"));
        for (Point p : points) {
            rows.add(List.of(
                    p.label(), p.series(), NumberText.csv(p.x()), NumberText.csv(p.y()), NumberText.csv(p.error())));
        }
        return rows;
    }
}
