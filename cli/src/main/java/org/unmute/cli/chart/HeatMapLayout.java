package org.unmute.cli.chart;

import java.util.Arrays;
import java.util.List;
import org.unmute.cli.chart.HeatMap.Colours;
import org.unmute.cli.chart.Mark.Anchor;

/** Lays a {@link HeatMap} out: as cells where they can be told apart, else as one picture. */
final class HeatMapLayout {
    private static final double PLOT_WIDTH = 760;
    private static final double LONGEST_NAME = 190;
    /** From this many cells on a picture is smaller and faster than marks. */
    private static final int MOST_CELLS = 2500;
    /** A wider matrix is thinned to as many columns, as a screen cannot show more. */
    private static final int MOST_COLUMNS = 1520;

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
        decimals = Numbers.decimals(chart.values());
        scale = ColourScale.of(chart.values(), chart.colours(), written ? ColourScale.BELOW_TEXT : 1);
    }

    /** Whole pixels where there are some, so that edges between cells do not blur. */
    private static double whole(double size) {
        return size >= 2 ? Math.floor(size) : size;
    }

    Drawing draw() {
        CategoryLabels labels = new CategoryLabels(chart.columnNames(), Math.max(1e-3, cellWidth));
        double names = Math.min(LONGEST_NAME, TextWidth.widest(chart.rowNames(), Sheet.LABEL));
        double left = Math.ceil(Math.max(Sheet.MARGIN + 22 + names + 10, Sheet.MARGIN + labels.overhangLeft()));
        double right = left + columns * cellWidth;
        List<String> ends = ends();
        double width = Math.max(480, right + 20 + ColourScale.legendWidth(chart.valueTitle(), ends) + Sheet.MARGIN);
        Sheet sheet = new Sheet(chart.caption(), width);
        double y = sheet.header();
        if (rows == 0 || columns == 0) {
            sheet.nothing(0, y, width, y + 80);
            return sheet.finish(y + 80);
        }
        double top = y + 8;
        double bottom = top + rows * cellHeight;
        if (rows * columns > MOST_CELLS) {
            picture(sheet, left, top, right, bottom);
        } else {
            cells(sheet, left, top);
        }
        rowNames(sheet, left, top, names);
        for (int j = 0; j < columns; j++) {
            labels.below(sheet, j, left + (j + 0.5) * cellWidth, bottom + 2);
        }
        double titleY = bottom + labels.height() + 16;
        sheet.fitted(
                (left + right) / 2,
                titleY,
                chart.columnTitle(),
                Sheet.LABEL,
                Anchor.MIDDLE,
                Role.SOFT,
                Math.max(right - left, 160));
        sheet.add(new Mark.Text(
                Sheet.MARGIN + 10,
                (top + bottom) / 2,
                TextWidth.shorten(chart.rowTitle(), Sheet.LABEL, Math.max(60, bottom - top)),
                Sheet.LABEL,
                Anchor.MIDDLE,
                -90,
                Role.SOFT,
                null));
        double scaleBottom = Math.max(top + 90, Math.min(bottom, top + 200));
        scale.legend(sheet, right + 20, top, scaleBottom, chart.valueTitle(), ends);
        return sheet.finish(Math.max(titleY + 8, scaleBottom) + Sheet.MARGIN);
    }

    private List<String> ends() {
        String high = Numbers.fixed(scale.high(), decimals);
        String low = Numbers.fixed(scale.low(), decimals);
        return chart.colours() == Colours.DIVERGING ? List.of(high, "0", low) : List.of(high, low);
    }

    private void rowNames(Sheet sheet, double left, double top, double names) {
        int every = CategoryLabels.roundCount(15 / cellHeight);
        for (int i = 0; i < rows; i += every) {
            sheet.fitted(
                    left - 10,
                    top + (i + 0.5) * cellHeight + 4.5,
                    chart.rowNames().get(i),
                    Sheet.LABEL,
                    Anchor.END,
                    Role.INK,
                    names + 0.01);
        }
    }

    private void cells(Sheet sheet, double left, double top) {
        double gap = cellWidth >= 14 && cellHeight >= 14 ? 0.75 : 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double value = chart.values()[i][j];
                double x = left + j * cellWidth;
                double y = top + i * cellHeight;
                if (!Extent.shows(Axis.Kind.LINEAR, value)) {
                    sheet.add(new Mark.Rect(
                            x + gap,
                            y + gap,
                            cellWidth - 2 * gap,
                            cellHeight - 2 * gap,
                            0,
                            Style.fill(Role.EMPTY),
                            null));
                    continue;
                }
                String tip = chart.rowNames().get(i) + ", "
                        + chart.columnNames().get(j) + ": " + Numbers.value(value, Axis.Kind.LINEAR);
                sheet.add(new Mark.Rect(
                        x + gap, y + gap, cellWidth - 2 * gap, cellHeight - 2 * gap, 0, scale.style(value), tip));
                if (written) {
                    sheet.fitted(
                            x + cellWidth / 2,
                            y + cellHeight / 2 + 4,
                            Numbers.fixed(value, decimals),
                            Sheet.SMALL,
                            Anchor.MIDDLE,
                            Role.INK,
                            cellWidth - 2);
                }
            }
        }
    }

    private void picture(Sheet sheet, double left, double top, double right, double bottom) {
        int thin = (columns + MOST_COLUMNS - 1) / MOST_COLUMNS;
        int wide = (columns + thin - 1) / thin;
        int[] colours = new int[rows * wide];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < wide; j++) {
                colours[i * wide + j] = scale.argb(strongest(i, j * thin, Math.min(columns, (j + 1) * thin)));
            }
        }
        sheet.add(new Mark.Rect(left, top, right - left, bottom - top, 0, Style.fill(Role.GROUND), null));
        sheet.add(new Mark.Pixels(
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
