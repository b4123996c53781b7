package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Spot;
import org.unmute.report.drawing.Style;

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
     * @param style colour, dashes and point shape
     * @param x    ascending
     * @param y    one per x; NaN breaks the line
     * @param band half the height of the band around the line, one per x, NaN for none; or null for none at all
     */
    public record Curve(String name, SeriesStyle style, double[] x, double[] y, double[] band) {
        /** Half the height of the band; 0 without a band. */
        private double halfBand(int i) {
            return band != null && band[i] > 0 ? band[i] : 0;
        }
    }

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

    private static final double WIDTH = 700;
    private static final double PLOT_HEIGHT = 300;
    /** Lines with more points than this only show isolated points. */
    private static final int MARKED = 40;

    @Override
    public Drawing draw() {
        Extent xs = new Extent(x);
        Extent ys = new Extent(y);
        for (Curve c : curves) {
            for (int i = 0; i < c.x().length; i++) {
                if (shows(c, i)) {
                    xs.add(c.x()[i]);
                    ys.add(c.y()[i], c.halfBand(i));
                }
            }
        }
        List<Legend.Key> keys = curves.stream()
                .map(c -> new Legend.Key(c.name(), c.style(), Legend.Sample.LINE))
                .toList();
        Canvas canvas = new Canvas(caption, WIDTH);
        Scale rise = Scale.of(ys, PLOT_HEIGHT, 0, 38);
        double left = rise.leftWidth();
        double right = WIDTH - Canvas.MARGIN - 12;
        Scale across = Scale.of(xs, left, right, 70);
        double top = Legend.write(canvas, keys, canvas.header());
        double bottom = top + PLOT_HEIGHT;
        Frame frame = new Frame(canvas, across, rise.along(bottom, top));
        frame.y.drawLeft(canvas, left, right);
        frame.x.drawBottom(canvas, top, bottom);
        if (ys.isEmpty() || curves.isEmpty()) {
            canvas.noData(left, top, right, bottom);
        }
        for (Curve c : curves) {
            runs(c).forEach(run -> band(frame, c, run));
        }
        for (Curve c : curves) {
            runs(c).forEach(run -> line(frame, c, run));
        }
        return canvas.finish(bottom + Scale.BELOW + Canvas.MARGIN / 2);
    }

    /** The axes of the plot. */
    private record Frame(Canvas canvas, Scale x, Scale y) {
        Spot spot(double xValue, double yValue) {
            return new Spot(x.at(xValue), y.at(yValue));
        }
    }

    private boolean shows(Curve c, int i) {
        return x.shows(c.x()[i]) && y.shows(c.y()[i]);
    }

    /** The indices of a curve's points, split into runs without gaps. */
    private List<List<Integer>> runs(Curve c) {
        List<List<Integer>> runs = new ArrayList<>();
        boolean gap = true;
        for (int i = 0; i < c.x().length; i++) {
            if (shows(c, i)) {
                if (gap) {
                    runs.add(new ArrayList<>());
                }
                runs.getLast().add(i);
            }
            gap = !shows(c, i);
        }
        return runs;
    }

    private static void band(Frame frame, Curve c, List<Integer> run) {
        if (run.stream().noneMatch(i -> c.halfBand(i) > 0)) {
            return;
        }
        if (run.size() == 1) {
            int i = run.getFirst();
            double high = frame.y.at(c.y()[i] + c.halfBand(i));
            double low = frame.y.at(c.y()[i] - c.halfBand(i));
            SeriesMarks.errorBar(
                    frame.canvas, frame.x.at(c.x()[i]), high, low, 4, c.style().colour());
            return;
        }
        List<Spot> outline = new ArrayList<>();
        for (int i : run) {
            outline.add(frame.spot(c.x()[i], c.y()[i] + c.halfBand(i)));
        }
        for (int i : run.reversed()) {
            outline.add(frame.spot(c.x()[i], c.y()[i] - c.halfBand(i)));
        }
        frame.canvas.add(
                new Element.Path(outline, true, Style.fill(c.style().colour()).faded(0.18), null));
    }

    private void line(Frame frame, Curve c, List<Integer> run) {
        boolean marked = c.x().length <= MARKED;
        if (run.size() > 1) {
            List<Spot> spots =
                    run.stream().map(i -> frame.spot(c.x()[i], c.y()[i])).toList();
            String tip = marked || c.name().isEmpty() ? null : c.name();
            frame.canvas.add(new Element.Path(spots, false, SeriesMarks.line(c.style()), tip));
        }
        if (marked || run.size() == 1) {
            for (int i : run) {
                String tip = (c.name().isEmpty() ? "" : c.name() + ", ") + x.label() + " " + x.text(c.x()[i]) + ": "
                        + y.text(c.y()[i], c.halfBand(i));
                Spot at = frame.spot(c.x()[i], c.y()[i]);
                frame.canvas.add(SeriesMarks.point(at.x(), at.y(), 3.6, c.style(), tip));
            }
        }
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("curve", "x", "y", "band"));
        for (Curve c : curves) {
            for (int i = 0; i < c.x().length; i++) {
                rows.add(NumberText.csvLine(c.name(), c.x()[i], c.y()[i], c.band() == null ? Double.NaN : c.band()[i]));
            }
        }
        return rows;
    }
}
