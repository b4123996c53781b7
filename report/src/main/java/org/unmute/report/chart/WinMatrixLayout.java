package org.unmute.report.chart;

import java.util.List;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;
import org.unmute.report.plot.Canvas;
import org.unmute.report.plot.CategoryLabels;
import org.unmute.report.plot.ColourScale;
import org.unmute.report.plot.ColourScale.Palette;

/**
 * Layout of a {@link WinMatrix}: cells with counts, names at the left and above, the wins of each row summed at the
 * right.
 */
final class WinMatrixLayout {
    private static final double MAX_NAME_WIDTH = 170;
    private static final double NARROWEST = 480;
    private static final String ROW_TITLE_WORDS = "the row beats \u2026";
    private static final double ROW_TITLE = TextWidth.of(ROW_TITLE_WORDS, Canvas.SMALL);
    private final WinMatrix chart;
    private final int n;
    private final int uniform;
    private final double cell;

    WinMatrixLayout(WinMatrix chart) {
        this.chart = chart;
        n = chart.names().size();
        uniform = uniformContests();
        double names = TextWidth.widest(chart.names(), Canvas.LABEL);
        cell = n > 8 ? 42 : Math.ceil(Math.clamp(names + 10, 48, 72));
    }

    /** The number of contests if it is the same for all pairs that met; else 0. */
    private int uniformContests() {
        int same = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                int c = i == j ? 0 : chart.contests()[i][j];
                if (c > 0 && same > 0 && c != same) {
                    return 0;
                }
                same = c > 0 ? c : same;
            }
        }
        return same;
    }

    Drawing draw() {
        CategoryLabels columns = new CategoryLabels(chart.names(), cell);
        double names = Math.min(MAX_NAME_WIDTH, TextWidth.widest(chart.names(), Canvas.LABEL));
        double left = Math.ceil(Canvas.MARGIN + 22 + names + 10);
        double right = left + n * cell;
        List<String> ends = uniform > 0 ? List.of(Integer.toString(uniform), "0") : List.of("100\u00A0%", "0\u00A0%");
        double total = TextWidth.of("total", Canvas.SMALL) + 18;
        double legend = right + Math.max(total, columns.overhangRight()) + 14;
        String measure = uniform > 0 ? "wins" : "wins of contests";
        double width = Math.max(NARROWEST, legend + ColourScale.legendWidth(measure, ends) + Canvas.MARGIN);
        Canvas canvas = new Canvas(chart.caption(), width);
        double y = canvas.header();
        if (n == 0) {
            canvas.noData(0, y, width, y + 80);
            return canvas.finish(y + 80);
        }
        canvas.text(left, y + 10, "\u2026 the column", Canvas.SMALL, Anchor.START, ColourRole.SOFT);
        double top = y + 18 + columns.height();
        double bottom = top + n * cell;
        canvas.add(new Element.Text(
                Canvas.MARGIN + 10,
                (top + bottom) / 2,
                ROW_TITLE_WORDS,
                Canvas.SMALL,
                Anchor.MIDDLE,
                -90,
                ColourRole.SOFT,
                null));
        canvas.text(right + total - 4, top - 8, "total", Canvas.SMALL, Anchor.END, ColourRole.SOFT);
        ColourScale scale = new ColourScale(Palette.SEQUENTIAL, 0, 1, ColourScale.BELOW_TEXT);
        for (int i = 0; i < n; i++) {
            columns.above(canvas, i, left + (i + 0.5) * cell, top);
            row(canvas, scale, i, left, top + i * cell, names, right + total - 4);
        }
        double scaleBottom = Math.min(bottom, top + 200);
        scale.legend(canvas, legend, top - 12, scaleBottom, measure, ends);
        return canvas.finish(
                Math.max(Math.max(bottom, scaleBottom), (top + bottom) / 2 + ROW_TITLE / 2) + Canvas.MARGIN);
    }

    private void row(
            Canvas canvas, ColourScale scale, int i, double left, double top, double names, double totalRight) {
        double middle = top + cell / 2 + 4.5;
        canvas.fitted(left - 10, middle, chart.names().get(i), Canvas.LABEL, Anchor.END, ColourRole.INK, names + 0.01);
        int total = 0;
        for (int j = 0; j < n; j++) {
            double x = left + j * cell;
            int wins = chart.wins()[i][j];
            int contests = chart.contests()[i][j];
            if (i == j || contests == 0) {
                canvas.add(new Element.Rect(x + 1, top + 1, cell - 2, cell - 2, 3, Style.fill(ColourRole.EMPTY), null));
                continue;
            }
            total += wins;
            String tip = chart.names().get(i) + " beats " + chart.names().get(j) + " in " + wins + " of " + contests;
            canvas.add(new Element.Rect(
                    x + 1, top + 1, cell - 2, cell - 2, 3, scale.style((double) wins / contests), tip));
            String words = uniform > 0 ? Integer.toString(wins) : wins + "/" + contests;
            canvas.fitted(
                    x + cell / 2,
                    middle,
                    words,
                    uniform > 0 ? Canvas.LABEL : Canvas.SMALL,
                    Anchor.MIDDLE,
                    ColourRole.INK,
                    cell - 2);
        }
        canvas.text(totalRight, middle, Integer.toString(total), Canvas.STRONG, Anchor.END, ColourRole.INK);
    }
}
