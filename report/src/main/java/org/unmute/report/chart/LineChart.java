package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.plot.Axis;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.SeriesStyle;

/**
 * Lines with error bands, such as loss curves per epoch, or mAP against prototypes per class with one standard
 * deviation on either side.
 *
 * @param caption title and description
 * @param x       the horizontal axis
 * @param y       the vertical axis
 * @param curves  the lines
 */
public record LineChart(Caption caption, Axis x, Axis y, List<Curve> curves) implements Chart {
    /**
     * One line.
     *
     * @param name for the legend
     * @param style colour, dashes, shape of its points
     * @param x    ascending
     * @param y    one per x; NaN breaks the line
     * @param band half the height of the band around the line, one per x, NaN for none; or null for none at all
     */
    public record Curve(String name, SeriesStyle style, double[] x, double[] y, double[] band) {}

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a curve's x, y and band differ in length
     */
    public LineChart {
        curves = List.copyOf(curves);
        for (Curve c : curves) {
            Checks.length("line chart: y of " + c.name(), c.y(), c.x().length);
            Checks.length("line chart: band of " + c.name(), c.band(), c.x().length);
        }
    }

    @Override
    public Drawing draw() {
        return new LineChartLayout(this).draw();
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("curve", "x", "y", "band"));
        for (Curve c : curves) {
            for (int i = 0; i < c.x().length; i++) {
                rows.add(List.of(
                        c.name(),
                        NumberText.csv(c.x()[i]),
                        NumberText.csv(c.y()[i]),
                        NumberText.csv(Checks.at(c.band(), i))));
            }
        }
        return rows;
    }
}
