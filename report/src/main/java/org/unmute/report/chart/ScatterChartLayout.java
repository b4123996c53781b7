package org.unmute.report.chart;

import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.report.chart.LabelPlacer.Box;
import org.unmute.report.chart.ScatterChart.Point;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;
import org.unmute.report.plot.Axes;
import org.unmute.report.plot.Canvas;
import org.unmute.report.plot.Extent;
import org.unmute.report.plot.Legend;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.Scale;
import org.unmute.report.plot.SeriesMarks;

/** Layout of a {@link ScatterChart}. */
final class ScatterChartLayout {
    private static final double WIDTH = 740;
    private static final double PLOT_HEIGHT = 360;
    private static final double RADIUS = 5;
    private final ScatterChart chart;

    ScatterChartLayout(ScatterChart chart) {
        this.chart = chart;
    }

    Drawing draw() {
        List<Point> shown = chart.points().stream()
                .filter(p -> Extent.shows(chart.x().kind(), p.x())
                        && Extent.shows(chart.y().kind(), p.y()))
                .toList();
        Extent xs = new Extent(chart.x());
        Extent ys = new Extent(chart.y());
        for (Point p : shown) {
            xs.add(p.x());
            ys.add(p.y(), p.error());
        }
        Scale y = Scale.of(chart.y(), ys, PLOT_HEIGHT, 0, 40);
        double left = Axes.leftWidth(y);
        double right = WIDTH - Canvas.MARGIN - 12;
        Scale x = Scale.of(chart.x(), xs, left, right, 70);
        Canvas canvas = new Canvas(chart.caption(), WIDTH);
        double top = legend(canvas, canvas.header());
        double bottom = top + PLOT_HEIGHT;
        y = y.along(bottom, top);
        Axes.left(canvas, y, left, right);
        Axes.bottom(canvas, x, top, bottom);
        if (shown.isEmpty()) {
            canvas.noData(left, top, right, bottom);
        }
        LabelPlacer placer = new LabelPlacer(left, top, right, bottom);
        for (Point p : shown) {
            point(canvas, placer, p, x, y);
        }
        labels(canvas, placer, shown, x, y);
        return canvas.finish(bottom + Axes.BELOW + Canvas.MARGIN / 2);
    }

    private double legend(Canvas canvas, double y) {
        Map<String, Legend.Key> keys = new LinkedHashMap<>();
        for (Point p : chart.points()) {
            keys.putIfAbsent(p.series(), new Legend.Key(p.series(), p.style(), Legend.Sample.POINT));
        }
        return Legend.write(canvas, new ArrayList<>(keys.values()), Canvas.MARGIN, y);
    }

    private void point(Canvas canvas, LabelPlacer placer, Point p, Scale x, Scale y) {
        double px = x.at(p.x());
        double py = y.at(p.y());
        if (p.error() > 0) {
            double high = y.at(p.y() + p.error());
            double low = y.at(p.y() - p.error());
            SeriesMarks.errorBar(canvas, px, high, low, 4, p.style().colour());
            placer.keepFree(new Box(px - 4, high, px + 4, low));
        }
        placer.keepFree(new Box(px - RADIUS - 2, py - RADIUS - 2, px + RADIUS + 2, py + RADIUS + 2));
        String name =
                p.series().isEmpty() || p.series().equals(p.label()) ? p.label() : p.label() + " (" + p.series() + ")";
        String tip = name + ": " + chart.x().label() + " "
                + NumberText.value(p.x(), chart.x().kind()) + ", " + chart.y().label() + " "
                + NumberText.value(p.y(), chart.y().kind())
                + (p.error() > 0 ? NumberText.plusMinus(p.error(), chart.y().kind()) : "");
        canvas.add(SeriesMarks.point(px, py, RADIUS, p.style(), tip));
    }

    private static void labels(Canvas canvas, LabelPlacer placer, List<Point> shown, Scale x, Scale y) {
        // Emphasized points first, so that they get the best places.
        List<Point> order =
                new ArrayList<>(shown.stream().filter(p -> p.style().strong()).toList());
        order.addAll(shown.stream().filter(p -> !p.style().strong()).toList());
        for (Point p : order) {
            if (p.label().isEmpty()) {
                continue;
            }
            Element.Font font = p.style().strong() ? Canvas.STRONG : Canvas.SMALL;
            String words = TextWidth.shorten(p.label(), font, 160);
            double px = x.at(p.x());
            double py = y.at(p.y());
            Box box = placer.place(px, py, RADIUS + 3, TextWidth.of(words, font), font.size());
            if (box == null) {
                continue;
            }
            Line2D leader = box.leaderFrom(px, py);
            double distance = leader.getP1().distance(leader.getP2());
            if (distance > RADIUS + 8) {
                double from = (RADIUS + 1) / distance;
                canvas.add(new Element.Line(
                        px + from * (leader.getX2() - px),
                        py + from * (leader.getY2() - py),
                        leader.getX2(),
                        leader.getY2(),
                        Style.stroke(ColourRole.SOFT, 0.8),
                        null));
            }
            canvas.add(new Element.Text(
                    box.left(),
                    box.bottom() - 0.2 * font.size(),
                    words,
                    font,
                    Anchor.START,
                    0,
                    ColourRole.INK,
                    words.equals(p.label()) ? null : p.label()));
        }
    }
}
