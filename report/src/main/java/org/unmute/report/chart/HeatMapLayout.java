package org.unmute.report.chart;

import java.util.Arrays;
import java.util.List;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;
import org.unmute.report.plot.Axis;
import org.unmute.report.plot.Canvas;
import org.unmute.report.plot.CategoryLabels;
import org.unmute.report.plot.ColourScale;
import org.unmute.report.plot.ColourScale.Palette;
import org.unmute.report.plot.Extent;
import org.unmute.report.plot.NumberText;

/** Layout of a {@link HeatMap}: a rectangle per cell, or one image if there are too many cells. */
final class HeatMapLayout {
    private static final double PLOT_WIDTH = 760;
    private static final double MAX_NAME_WIDTH = 190;
    /** Above this number of cells, one image is smaller and faster. */
    private static final int MAX_CELLS = 2500;
    /** A wider matrix is reduced to this many columns; a screen cannot show more. */
    private static final int MAX_COLUMNS = 1520;

    private final HeatMap chart;
    private final int rows;
    private final int columns;
    private final double cellWidth;
    private final double cellHeight;
    private final ColourScale scale;
    private final boolean written;
    private final int decimals;

    HeatMapLayout(HeatMap chart) {
        this.chart = chart;
        rows = chart.rowNames().size();
        columns = chart.columnNames().size();
        cellWidth = whole(Math.min(52, PLOT_WIDTH / Math.max(1, columns)));
        cellHeight = rows <= 40 ? 24 : whole(Math.max(2, 960.0 / rows));
        written = chart.written() && cellWidth >= 36 && cellHeight >= 15;
        decimals = NumberText.decimals(chart.values());
        scale = ColourScale.of(chart.values(), chart.colours(), written ? ColourScale.BELOW_TEXT : 1);
    }

    /** Rounds down to whole pixels, so that edges between cells are sharp. */
    private static double whole(double size) {
        return size >= 2 ? Math.floor(size) : size;
    }

    Drawing draw() {
        CategoryLabels labels = new CategoryLabels(chart.columnNames(), Math.max(1e-3, cellWidth));
        double names = Math.min(MAX_NAME_WIDTH, TextWidth.widest(chart.rowNames(), Canvas.LABEL));
        double left = Math.ceil(Math.max(Canvas.MARGIN + 22 + names + 10, Canvas.MARGIN + labels.overhangLeft()));
        double right = left + columns * cellWidth;
        List<String> ends = ends();
        double width = Math.max(480, right + 20 + ColourScale.legendWidth(chart.valueTitle(), ends) + Canvas.MARGIN);
        Canvas canvas = new Canvas(chart.caption(), width);
        double y = canvas.header();
        if (rows == 0 || columns == 0) {
            canvas.noData(0, y, width, y + 80);
            return canvas.finish(y + 80);
        }
        double top = y + 8;
        double bottom = top + rows * cellHeight;
        if (rows * columns > MAX_CELLS) {
            picture(canvas, left, top, right, bottom);
        } else {
            cells(canvas, left, top);
        }
        rowNames(canvas, left, top, names);
        for (int j = 0; j < columns; j++) {
            labels.below(canvas, j, left + (j + 0.5) * cellWidth, bottom + 2);
        }
        double titleY = bottom + labels.height() + 16;
        canvas.fitted(
                (left + right) / 2,
                titleY,
                chart.columnTitle(),
                Canvas.LABEL,
                Anchor.MIDDLE,
                ColourRole.SOFT,
                Math.max(right - left, 160));
        canvas.add(new Element.Text(
                Canvas.MARGIN + 10,
                (top + bottom) / 2,
                TextWidth.shorten(chart.rowTitle(), Canvas.LABEL, Math.max(60, bottom - top)),
                Canvas.LABEL,
                Anchor.MIDDLE,
                -90,
                ColourRole.SOFT,
                null));
        double scaleBottom = Math.max(top + 90, Math.min(bottom, top + 200));
        scale.legend(canvas, right + 20, top, scaleBottom, chart.valueTitle(), ends);
        return canvas.finish(Math.max(titleY + 8, scaleBottom) + Canvas.MARGIN);
    }

    private List<String> ends() {
        String high = NumberText.fixed(scale.high(), decimals);
        String low = NumberText.fixed(scale.low(), decimals);
        return chart.colours() == Palette.DIVERGING ? List.of(high, "0", low) : List.of(high, low);
    }

    private void rowNames(Canvas canvas, double left, double top, double names) {
        int every = CategoryLabels.roundCount(15 / cellHeight);
        for (int i = 0; i < rows; i += every) {
            canvas.fitted(
                    left - 10,
                    top + (i + 0.5) * cellHeight + 4.5,
                    chart.rowNames().get(i),
                    Canvas.LABEL,
                    Anchor.END,
                    ColourRole.INK,
                    names + 0.01);
        }
    }

    private void cells(Canvas canvas, double left, double top) {
        double gap = cellWidth >= 14 && cellHeight >= 14 ? 0.75 : 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double value = chart.values()[i][j];
                double x = left + j * cellWidth;
                double y = top + i * cellHeight;
                if (!Extent.shows(Axis.Kind.LINEAR, value)) {
                    canvas.add(new Element.Rect(
                            x + gap,
                            y + gap,
                            cellWidth - 2 * gap,
                            cellHeight - 2 * gap,
                            0,
                            Style.fill(ColourRole.EMPTY),
                            null));
                    continue;
                }
                String tip = chart.rowNames().get(i) + ", "
                        + chart.columnNames().get(j) + ": " + NumberText.value(value, Axis.Kind.LINEAR);
                canvas.add(new Element.Rect(
                        x + gap, y + gap, cellWidth - 2 * gap, cellHeight - 2 * gap, 0, scale.style(value), tip));
                if (written) {
                    canvas.fitted(
                            x + cellWidth / 2,
                            y + cellHeight / 2 + 4,
                            NumberText.fixed(value, decimals),
                            Canvas.SMALL,
                            Anchor.MIDDLE,
                            ColourRole.INK,
                            cellWidth - 2);
                }
            }
        }
    }

    private void picture(Canvas canvas, double left, double top, double right, double bottom) {
        int thin = (columns + MAX_COLUMNS - 1) / MAX_COLUMNS;
        int wide = (columns + thin - 1) / thin;
        int[] colours = new int[rows * wide];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < wide; j++) {
                colours[i * wide + j] = scale.argb(strongest(i, j * thin, Math.min(columns, (j + 1) * thin)));
            }
        }
        canvas.add(new Element.Rect(left, top, right - left, bottom - top, 0, Style.fill(ColourRole.GROUND), null));
        canvas.add(new Element.Pixels(
                left,
                top,
                right - left,
                bottom - top,
                wide,
                colours,
                chart.caption().title() + ": " + rows + " rows, " + columns + " columns"
                        + (thin > 1 ? "; each column of the picture is the strongest of " + thin : "")));
    }

    /** The number farthest from 0 in part of a row; NaN if there is none. */
    private double strongest(int row, int from, int to) {
        return Arrays.stream(chart.values()[row], from, to)
                .filter(v -> Extent.shows(Axis.Kind.LINEAR, v))
                .reduce(Double.NaN, (a, b) -> Double.isNaN(a) || Math.abs(b) > Math.abs(a) ? b : a);
    }
}
