package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.chart.LineChart.Curve;
import org.unmute.cli.chart.Mark.Spot;

/** Lays a {@link LineChart} out. */
final class LineLayout {
    private static final double WIDTH = 700;
    private static final double PLOT_HEIGHT = 300;
    /** Lines with more points than this show none of them as a mark, save those that stand alone. */
    private static final int MARKED = 40;

    private final LineChart chart;

    LineLayout(LineChart chart) {
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
        double left = Axes.leftRoom(y);
        double right = WIDTH - Sheet.MARGIN - 12;
        Scale x = Scale.of(chart.x(), xs, left, right, 70);
        Sheet sheet = new Sheet(chart.caption(), WIDTH);
        double top = legend(sheet, sheet.header());
        double bottom = top + PLOT_HEIGHT;
        y = y.along(bottom, top);
        Axes.left(sheet, y, left, right);
        Axes.bottom(sheet, x, top, bottom);
        if (ys.isEmpty() || chart.curves().isEmpty()) {
            sheet.nothing(left, top, right, bottom);
        }
        List<List<List<Integer>>> runs = new ArrayList<>();
        for (Curve c : chart.curves()) {
            runs.add(runs(c, x, y));
        }
        for (int k = 0; k < chart.curves().size(); k++) {
            for (List<Integer> run : runs.get(k)) {
                band(sheet, chart.curves().get(k), run, x, y);
            }
        }
        for (int k = 0; k < chart.curves().size(); k++) {
            for (List<Integer> run : runs.get(k)) {
                line(sheet, chart.curves().get(k), run, x, y);
            }
        }
        return sheet.finish(bottom + Axes.BELOW + Sheet.MARGIN / 2);
    }

    private double legend(Sheet sheet, double y) {
        List<Legend.Key> keys = new ArrayList<>();
        for (Curve c : chart.curves()) {
            keys.add(new Legend.Key(c.name(), c.look(), Legend.Sample.LINE));
        }
        return Legend.write(sheet, keys, Sheet.MARGIN, y);
    }

    /** The places of a curve's numbers, in unbroken runs. */
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

    private static void band(Sheet sheet, Curve c, List<Integer> run, Scale x, Scale y) {
        if (c.band() == null || run.stream().noneMatch(i -> c.band()[i] > 0)) {
            return;
        }
        if (run.size() == 1) {
            int i = run.getFirst();
            Points.errorBar(
                    sheet,
                    x.at(c.x()[i]),
                    y.at(c.y()[i] + c.band()[i]),
                    y.at(c.y()[i] - c.band()[i]),
                    4,
                    c.look().colour());
            return;
        }
        List<Spot> outline = new ArrayList<>();
        for (int i : run) {
            outline.add(new Spot(x.at(c.x()[i]), y.at(c.y()[i] + half(c, i))));
        }
        for (int i : run.reversed()) {
            outline.add(new Spot(x.at(c.x()[i]), y.at(c.y()[i] - half(c, i))));
        }
        sheet.add(new Mark.Path(outline, true, Style.fill(c.look().colour()).faded(0.18), null));
    }

    private static double half(Curve c, int i) {
        return c.band()[i] > 0 ? c.band()[i] : 0;
    }

    private void line(Sheet sheet, Curve c, List<Integer> run, Scale x, Scale y) {
        if (run.size() > 1) {
            List<Spot> spots = run.stream()
                    .map(i -> new Spot(x.at(c.x()[i]), y.at(c.y()[i])))
                    .toList();
            sheet.add(new Mark.Path(
                    spots,
                    false,
                    Points.line(c.look()),
                    c.x().length > MARKED && !c.name().isEmpty() ? c.name() : null));
        }
        if (c.x().length <= MARKED || run.size() == 1) {
            for (int i : run) {
                double band = Checks.at(c.band(), i);
                String tip =
                        (c.name().isEmpty() ? "" : c.name() + ", ") + chart.x().label() + " "
                                + Numbers.value(c.x()[i], chart.x().kind())
                                + ": " + Numbers.value(c.y()[i], chart.y().kind())
                                + (band > 0 ? Numbers.plusMinus(band, chart.y().kind()) : "");
                sheet.add(Points.point(x.at(c.x()[i]), y.at(c.y()[i]), 3.6, c.look(), tip));
            }
        }
    }
}
