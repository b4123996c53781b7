package org.unmute.report.chart;

import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.report.chart.LabelPlacer.Box;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Element.Spot;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;

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
     * @param label  shown next to the point if it fits, and always in its tooltip
     * @param series name in the legend; points of a series share a style; empty for none
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

    private static final double WIDTH = 740;
    private static final double PLOT_HEIGHT = 360;
    private static final double RADIUS = 5;
    private static final double MAX_LABEL_WIDTH = 160;

    @Override
    public Drawing draw() {
        List<Point> shown =
                points.stream().filter(p -> x.shows(p.x()) && y.shows(p.y())).toList();
        Extent xs = new Extent(x);
        Extent ys = new Extent(y);
        for (Point p : shown) {
            xs.add(p.x());
            ys.add(p.y(), p.error());
        }
        Map<String, Legend.Key> keys = new LinkedHashMap<>();
        for (Point p : points) {
            keys.putIfAbsent(p.series(), new Legend.Key(p.series(), p.style(), Legend.Sample.POINT));
        }
        XyFrame frame =
                new XyFrame(caption, xs, ys, WIDTH, PLOT_HEIGHT, 40, List.copyOf(keys.values()), shown.isEmpty());
        LabelPlacer placer = new LabelPlacer(frame.left, frame.top, frame.right, frame.bottom);
        for (Point p : shown) {
            point(frame, placer, p);
        }
        // Emphasized points first, so that they get the best places.
        shown.stream().filter(p -> p.style().strong()).forEach(p -> label(frame, placer, p));
        shown.stream().filter(p -> !p.style().strong()).forEach(p -> label(frame, placer, p));
        return frame.finish();
    }

    private void point(XyFrame frame, LabelPlacer placer, Point p) {
        Spot at = frame.spot(p.x(), p.y());
        if (p.error() > 0) {
            double high = frame.y.at(p.y() + p.error());
            double low = frame.y.at(p.y() - p.error());
            SeriesMarks.errorBar(frame.canvas, at.x(), high, low, 4, p.style().colour());
            placer.keepFree(new Box(at.x() - 4, high, at.x() + 4, low));
        }
        double reach = RADIUS + 2;
        placer.keepFree(new Box(at.x() - reach, at.y() - reach, at.x() + reach, at.y() + reach));
        String name =
                p.series().isEmpty() || p.series().equals(p.label()) ? p.label() : p.label() + " (" + p.series() + ")";
        String tip = name + ": " + x.label() + " " + x.text(p.x()) + ", " + y.label() + " " + y.text(p.y(), p.error());
        frame.canvas.add(SeriesMarks.point(at.x(), at.y(), RADIUS, p.style(), tip));
    }

    private static void label(XyFrame frame, LabelPlacer placer, Point p) {
        if (p.label().isEmpty()) {
            return;
        }
        Element.Font font = p.style().strong() ? Canvas.STRONG : Canvas.SMALL;
        double width = TextWidth.of(TextWidth.shorten(p.label(), font, MAX_LABEL_WIDTH), font);
        Spot at = frame.spot(p.x(), p.y());
        Box box = placer.place(at.x(), at.y(), RADIUS + 3, width, font.size());
        if (box == null) {
            return;
        }
        Line2D leader = box.leaderFrom(at.x(), at.y());
        double distance = leader.getP1().distance(leader.getP2());
        if (distance > RADIUS + 8) {
            double from = (RADIUS + 1) / distance;
            frame.canvas.line(
                    at.x() + from * (leader.getX2() - at.x()),
                    at.y() + from * (leader.getY2() - at.y()),
                    leader.getX2(),
                    leader.getY2(),
                    Style.stroke(ColourRole.SOFT, 0.8));
        }
        frame.canvas.fitted(
                box.left(),
                box.bottom() - 0.2 * font.size(),
                p.label(),
                font,
                Anchor.START,
                ColourRole.INK,
                MAX_LABEL_WIDTH);
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("label", "series", "x", "y", "error"));
        for (Point p : points) {
            rows.add(NumberText.csvLine(p.label(), p.series(), p.x(), p.y(), p.error()));
        }
        return rows;
    }
}
