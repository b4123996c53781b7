package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.chart.LineChart.Curve;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Spot;
import org.unmute.report.drawing.Style;
import org.unmute.report.plot.Axes;
import org.unmute.report.plot.Canvas;
import org.unmute.report.plot.Extent;
import org.unmute.report.plot.Legend;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.Scale;
import org.unmute.report.plot.SeriesMarks;

/** Layout of a {@link LineChart}. */
final class LineChartLayout {
    private static final double WIDTH = 700;
    private static final double PLOT_HEIGHT = 300;
    /** On lines with more points than this, only isolated points are drawn. */
    private static final int MARKED = 40;

    private final LineChart chart;

    LineChartLayout(LineChart chart) {
        this.chart = chart;
    }

    Drawing draw() {
        Extent xs = new Extent(chart.x());
        Extent ys = new Extent(chart.y());
        for (Curve c : chart.curves()) {
            for (int i = 0; i < c.x().length; i++) {
                if (Extent.shows(chart.x().kind(), c.x()[i])
                        && Extent.shows(chart.y().kind(), c.y()[i])) {
                    xs.add(c.x()[i]);
                    ys.add(c.y()[i], Checks.at(c.band(), i));
                }
            }
        }
        Scale y = Scale.of(chart.y(), ys, PLOT_HEIGHT, 0, 38);
        double left = Axes.leftWidth(y);
        double right = WIDTH - Canvas.MARGIN - 12;
        Scale x = Scale.of(chart.x(), xs, left, right, 70);
        Canvas canvas = new Canvas(chart.caption(), WIDTH);
        double top = legend(canvas, canvas.header());
        double bottom = top + PLOT_HEIGHT;
        y = y.along(bottom, top);
        Axes.left(canvas, y, left, right);
        Axes.bottom(canvas, x, top, bottom);
        if (ys.isEmpty() || chart.curves().isEmpty()) {
            canvas.noData(left, top, right, bottom);
        }
        List<List<List<Integer>>> runs = new ArrayList<>();
        for (Curve c : chart.curves()) {
            runs.add(runs(c, x, y));
        }
        for (int k = 0; k < chart.curves().size(); k++) {
            for (List<Integer> run : runs.get(k)) {
                band(canvas, chart.curves().get(k), run, x, y);
            }
        }
        for (int k = 0; k < chart.curves().size(); k++) {
            for (List<Integer> run : runs.get(k)) {
                line(canvas, chart.curves().get(k), run, x, y);
            }
        }
        return canvas.finish(bottom + Axes.BELOW + Canvas.MARGIN / 2);
    }

    private double legend(Canvas canvas, double y) {
        List<Legend.Key> keys = new ArrayList<>();
        for (Curve c : chart.curves()) {
            keys.add(new Legend.Key(c.name(), c.style(), Legend.Sample.LINE));
        }
        return Legend.write(canvas, keys, Canvas.MARGIN, y);
    }

    /** The indices of a curve's points, as runs without gaps. */
    private static List<List<Integer>> runs(Curve c, Scale x, Scale y) {
        List<List<Integer>> runs = new ArrayList<>();
        List<Integer> run = new ArrayList<>();
        for (int i = 0; i < c.x().length; i++) {
            if (x.shows(c.x()[i]) && y.shows(c.y()[i])) {
                run.add(i);
            } else if (!run.isEmpty()) {
                runs.add(run);
                run = new ArrayList<>();
            }
        }
        if (!run.isEmpty()) {
            runs.add(run);
        }
        return runs;
    }

    private static void band(Canvas canvas, Curve c, List<Integer> run, Scale x, Scale y) {
        if (c.band() == null || run.stream().noneMatch(i -> c.band()[i] > 0)) {
            return;
        }
        if (run.size() == 1) {
            int i = run.getFirst();
            SeriesMarks.errorBar(
                    canvas,
                    x.at(c.x()[i]),
                    y.at(c.y()[i] + c.band()[i]),
                    y.at(c.y()[i] - c.band()[i]),
                    4,
                    c.style().colour());
            return;
        }
        List<Spot> outline = new ArrayList<>();
        for (int i : run) {
            outline.add(new Spot(x.at(c.x()[i]), y.at(c.y()[i] + half(c, i))));
        }
        for (int i : run.reversed()) {
            outline.add(new Spot(x.at(c.x()[i]), y.at(c.y()[i] - half(c, i))));
        }
        canvas.add(
                new Element.Path(outline, true, Style.fill(c.style().colour()).faded(0.18), null));
    }

    private static double half(Curve c, int i) {
        return c.band()[i] > 0 ? c.band()[i] : 0;
    }

    private void line(Canvas canvas, Curve c, List<Integer> run, Scale x, Scale y) {
        if (run.size() > 1) {
            List<Spot> spots = run.stream()
                    .map(i -> new Spot(x.at(c.x()[i]), y.at(c.y()[i])))
                    .toList();
            canvas.add(new Element.Path(
                    spots,
                    false,
                    SeriesMarks.line(c.style()),
                    c.x().length > MARKED && !c.name().isEmpty() ? c.name() : null));
        }
        if (c.x().length <= MARKED || run.size() == 1) {
            for (int i : run) {
                double band = Checks.at(c.band(), i);
                String tip = (c.name().isEmpty() ? "" : c.name() + ", ")
                        + chart.x().label() + " "
                        + NumberText.value(c.x()[i], chart.x().kind())
                        + ": " + NumberText.value(c.y()[i], chart.y().kind())
                        + (band > 0 ? NumberText.plusMinus(band, chart.y().kind()) : "");
                canvas.add(SeriesMarks.point(x.at(c.x()[i]), y.at(c.y()[i]), 3.6, c.style(), tip));
            }
        }
    }
}
