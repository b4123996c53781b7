package org.unmute.cli.chart;

import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.chart.LabelPlacer.Box;
import org.unmute.cli.chart.Mark.Anchor;
import org.unmute.cli.chart.ScatterChart.Point;

/** Lays a {@link ScatterChart} out. */
final class ScatterLayout {
    private static final double WIDTH = 740;
    private static final double PLOT_HEIGHT = 360;
    private static final double RADIUS = 5;
    private final ScatterChart chart;

    ScatterLayout(ScatterChart chart) {
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
        double left = Axes.leftRoom(y);
        double right = WIDTH - Sheet.MARGIN - 12;
        Scale x = Scale.of(chart.x(), xs, left, right, 70);
        Sheet sheet = new Sheet(chart.caption(), WIDTH);
        double top = legend(sheet, sheet.header());
        double bottom = top + PLOT_HEIGHT;
        y = y.along(bottom, top);
        Axes.left(sheet, y, left, right);
        Axes.bottom(sheet, x, top, bottom);
        if (shown.isEmpty()) {
            sheet.nothing(left, top, right, bottom);
        }
        LabelPlacer placer = new LabelPlacer(left, top, right, bottom);
        for (Point p : shown) {
            point(sheet, placer, p, x, y);
        }
        labels(sheet, placer, shown, x, y);
        return sheet.finish(bottom + Axes.BELOW + Sheet.MARGIN / 2);
    }

    private double legend(Sheet sheet, double y) {
        Map<String, Legend.Key> keys = new LinkedHashMap<>();
        for (Point p : chart.points()) {
            keys.putIfAbsent(p.series(), new Legend.Key(p.series(), p.look(), Legend.Sample.POINT));
        }
        return Legend.write(sheet, new ArrayList<>(keys.values()), Sheet.MARGIN, y);
    }

    private void point(Sheet sheet, LabelPlacer placer, Point p, Scale x, Scale y) {
        double px = x.at(p.x());
        double py = y.at(p.y());
        if (p.error() > 0) {
            double high = y.at(p.y() + p.error());
            double low = y.at(p.y() - p.error());
            Points.errorBar(sheet, px, high, low, 4, p.look().colour());
            placer.keepFree(new Box(px - 4, high, px + 4, low));
        }
        placer.keepFree(new Box(px - RADIUS - 2, py - RADIUS - 2, px + RADIUS + 2, py + RADIUS + 2));
        String name =
                p.series().isEmpty() || p.series().equals(p.label()) ? p.label() : p.label() + " (" + p.series() + ")";
        String tip = name + ": " + chart.x().label() + " "
                + Numbers.value(p.x(), chart.x().kind()) + ", " + chart.y().label() + " "
                + Numbers.value(p.y(), chart.y().kind())
                + (p.error() > 0 ? Numbers.plusMinus(p.error(), chart.y().kind()) : "");
        sheet.add(Points.point(px, py, RADIUS, p.look(), tip));
    }

    private static void labels(Sheet sheet, LabelPlacer placer, List<Point> shown, Scale x, Scale y) {
        // Strong ones first: they get the best places.
        List<Point> order =
                new ArrayList<>(shown.stream().filter(p -> p.look().strong()).toList());
        order.addAll(shown.stream().filter(p -> !p.look().strong()).toList());
        for (Point p : order) {
            if (p.label().isEmpty()) {
                continue;
            }
            Mark.Font font = p.look().strong() ? Sheet.STRONG : Sheet.SMALL;
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
                sheet.add(new Mark.Line(
                        px + from * (leader.getX2() - px),
                        py + from * (leader.getY2() - py),
                        leader.getX2(),
                        leader.getY2(),
                        Style.stroke(Role.SOFT, 0.8),
                        null));
            }
            sheet.add(new Mark.Text(
                    box.left(),
                    box.bottom() - 0.2 * font.size(),
                    words,
                    font,
                    Anchor.START,
                    0,
                    Role.INK,
                    words.equals(p.label()) ? null : p.label()));
        }
    }
}
