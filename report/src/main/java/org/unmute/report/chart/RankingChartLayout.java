package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.unmute.report.chart.RankingChart.Contestant;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Element.Spot;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;
import org.unmute.report.plot.Axis;
import org.unmute.report.plot.Canvas;
import org.unmute.report.plot.CategoryLabels;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.SeriesMarks;

/**
 * Layout of a {@link RankingChart}: one slot per rank. Contestants that share a rank take consecutive slots, so that
 * none hides another.
 */
final class RankingChartLayout {
    private static final double SLOT = 38;
    private static final double DISC = 11;
    private static final double MAX_NAME_WIDTH = 170;
    private final RankingChart chart;
    private final int columns;
    /** {@code [contestant, column]}: rank from 1, 0 if not ranked, and the slot from 0. */
    private final int[][] ranks;

    private final int[][] slots;

    RankingChartLayout(RankingChart chart) {
        this.chart = chart;
        int n = chart.contestants().size();
        columns = chart.columns().size();
        ranks = new int[n][columns];
        slots = new int[n][columns];
        for (int c = 0; c < columns; c++) {
            int[] column = RankingChart.ranks(chart.scores(c));
            int[] taken = new int[n + 1];
            for (int i = 0; i < n; i++) {
                ranks[i][c] = column[i];
                slots[i][c] = column[i] == 0 ? -1 : column[i] - 1 + taken[column[i]]++;
            }
        }
    }

    Drawing draw() {
        int n = chart.contestants().size();
        double names = Math.min(
                MAX_NAME_WIDTH,
                TextWidth.widest(
                        chart.contestants().stream().map(Contestant::name).toList(), Canvas.STRONG));
        double maxWidth = names + DISC + 12;
        double slotWidth = Math.clamp(620.0 / Math.max(1, columns), 54, 160);
        CategoryLabels labels = new CategoryLabels(chart.columns(), slotWidth);
        double left = Canvas.MARGIN + Math.max(maxWidth, labels.overhangLeft() + slotWidth / 2) + 10;
        double right = left + Math.max(0, columns - 1) * slotWidth;
        Canvas canvas = new Canvas(chart.caption(), Math.max(480, right + maxWidth + Canvas.MARGIN));
        double top = canvas.header() + DISC + 4;
        if (IntStream.range(0, n).noneMatch(i -> first(i) >= 0)) {
            canvas.noData(0, top, canvas.width(), top + 80);
            return canvas.finish(top + 80);
        }
        double bottom = top + (n - 1) * SLOT + DISC + 4;
        for (int c = 0; c < columns; c++) {
            double x = left + c * slotWidth;
            canvas.add(new Element.Line(x, top - DISC, x, bottom, Style.stroke(ColourRole.GRID, 1), null));
            labels.below(canvas, c, x, bottom + 2);
        }
        for (int i = 0; i < n; i++) {
            lines(canvas, i, left, slotWidth, top);
        }
        for (int i = 0; i < n; i++) {
            discs(canvas, i, left, slotWidth, top);
            names(canvas, i, left, slotWidth, top, names + 0.01);
        }
        return canvas.finish(bottom + labels.height() + Canvas.MARGIN);
    }

    private int first(int i) {
        return IntStream.range(0, columns)
                .filter(c -> slots[i][c] >= 0)
                .findFirst()
                .orElse(-1);
    }

    private int last(int i) {
        return IntStream.range(0, columns).filter(c -> slots[i][c] >= 0).max().orElse(-1);
    }

    private void lines(Canvas canvas, int i, double left, double slotWidth, double top) {
        Style style = SeriesMarks.line(chart.contestants().get(i).style());
        List<Spot> run = new ArrayList<>();
        for (int c = 0; c <= columns; c++) {
            if (c < columns && slots[i][c] >= 0) {
                run.add(new Spot(left + c * slotWidth, top + slots[i][c] * SLOT));
                continue;
            }
            if (run.size() > 1) {
                canvas.add(new Element.Path(run, false, style, null));
            }
            run.clear();
        }
    }

    private void discs(Canvas canvas, int i, double left, double slotWidth, double top) {
        Contestant who = chart.contestants().get(i);
        for (int c = 0; c < columns; c++) {
            if (slots[i][c] < 0) {
                continue;
            }
            double x = left + c * slotWidth;
            double y = top + slots[i][c] * SLOT;
            int rank = ranks[i][c];
            int column = c;
            boolean shared = IntStream.range(0, ranks.length)
                            .filter(k -> ranks[k][column] == rank)
                            .count()
                    > 1;
            String tip = who.name() + ", " + chart.columns().get(c) + ": rank " + rank + (shared ? " (shared)" : "")
                    + ", " + NumberText.value(who.scores()[c], Axis.Kind.LINEAR);
            Style style = who.style().hollow()
                    ? Style.fill(ColourRole.GROUND).edged(who.style().colour(), 2)
                    : Style.fill(who.style().colour());
            canvas.add(new Element.Circle(x, y, DISC, style, tip));
            canvas.text(
                    x,
                    y + 4.2,
                    rank + (shared ? "=" : ""),
                    new Element.Font(11.5, true),
                    Anchor.MIDDLE,
                    who.style().hollow() ? ColourRole.INK : ColourRole.GROUND);
        }
    }

    private void names(Canvas canvas, int i, double left, double slotWidth, double top, double maxWidth) {
        Contestant who = chart.contestants().get(i);
        Element.Font font = who.style().strong() ? Canvas.STRONG : Canvas.LABEL;
        int first = first(i);
        int last = last(i);
        if (first == 0) {
            canvas.fitted(
                    left - DISC - 8,
                    top + slots[i][0] * SLOT + 4.5,
                    who.name(),
                    font,
                    Anchor.END,
                    ColourRole.INK,
                    maxWidth);
        }
        if (last == columns - 1 && last >= 0 && columns > 1) {
            canvas.fitted(
                    left + last * slotWidth + DISC + 8,
                    top + slots[i][last] * SLOT + 4.5,
                    who.name(),
                    font,
                    Anchor.START,
                    ColourRole.INK,
                    maxWidth);
        } else if (first > 0) {
            // Neither end of the line is at an edge: the name goes below the first disc.
            double x = left + first * slotWidth;
            double y = top + slots[i][first] * SLOT + DISC + 11;
            double width = Math.min(slotWidth - 6, TextWidth.of(who.name(), Canvas.SMALL));
            canvas.add(new Element.Rect(
                    x - width / 2 - 2,
                    y - 9,
                    width + 4,
                    12,
                    3,
                    Style.fill(ColourRole.GROUND).faded(0.85),
                    null));
            canvas.fitted(x, y, who.name(), Canvas.SMALL, Anchor.MIDDLE, ColourRole.INK, slotWidth - 6);
        }
    }
}
