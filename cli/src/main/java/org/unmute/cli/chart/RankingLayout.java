package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.unmute.cli.chart.Mark.Anchor;
import org.unmute.cli.chart.Mark.Spot;
import org.unmute.cli.chart.RankingChart.Contestant;

/**
 * Lays a {@link RankingChart} out: one slot a rank, best on top. Contestants that share a rank take the slots below it,
 * each with the shared number, so that none hides another.
 */
final class RankingLayout {
    private static final double SLOT = 38;
    private static final double DISC = 11;
    private static final double LONGEST_NAME = 170;
    private final RankingChart chart;
    private final int columns;
    /** {@code [contestant, column]}: rank from 1, 0 if not ranked, and the slot from 0. */
    private final int[][] ranks;

    private final int[][] slots;

    RankingLayout(RankingChart chart) {
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
                LONGEST_NAME,
                TextWidth.widest(
                        chart.contestants().stream().map(Contestant::name).toList(), Sheet.STRONG));
        double room = names + DISC + 12;
        double slotWidth = Math.clamp(620.0 / Math.max(1, columns), 54, 160);
        CategoryLabels labels = new CategoryLabels(chart.columns(), slotWidth);
        double left = Sheet.MARGIN + Math.max(room, labels.overhangLeft() + slotWidth / 2) + 10;
        double right = left + Math.max(0, columns - 1) * slotWidth;
        Sheet sheet = new Sheet(chart.caption(), Math.max(480, right + room + Sheet.MARGIN));
        double top = sheet.header() + DISC + 4;
        if (IntStream.range(0, n).noneMatch(i -> first(i) >= 0)) {
            sheet.nothing(0, top, sheet.width(), top + 80);
            return sheet.finish(top + 80);
        }
        double bottom = top + (n - 1) * SLOT + DISC + 4;
        for (int c = 0; c < columns; c++) {
            double x = left + c * slotWidth;
            sheet.add(new Mark.Line(x, top - DISC, x, bottom, Style.stroke(Role.GRID, 1), null));
            labels.below(sheet, c, x, bottom + 2);
        }
        for (int i = 0; i < n; i++) {
            lines(sheet, i, left, slotWidth, top);
        }
        for (int i = 0; i < n; i++) {
            discs(sheet, i, left, slotWidth, top);
            names(sheet, i, left, slotWidth, top, names + 0.01);
        }
        return sheet.finish(bottom + labels.height() + Sheet.MARGIN);
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

    private void lines(Sheet sheet, int i, double left, double slotWidth, double top) {
        Style style = Points.line(chart.contestants().get(i).look());
        List<Spot> run = new ArrayList<>();
        for (int c = 0; c <= columns; c++) {
            if (c < columns && slots[i][c] >= 0) {
                run.add(new Spot(left + c * slotWidth, top + slots[i][c] * SLOT));
                continue;
            }
            if (run.size() > 1) {
                sheet.add(new Mark.Path(run, false, style, null));
            }
            run.clear();
        }
    }

    private void discs(Sheet sheet, int i, double left, double slotWidth, double top) {
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
                    + ", " + Numbers.value(who.scores()[c], Axis.Kind.LINEAR);
            Style style = who.look().hollow()
                    ? Style.fill(Role.GROUND).edged(who.look().colour(), 2)
                    : Style.fill(who.look().colour());
            sheet.add(new Mark.Circle(x, y, DISC, style, tip));
            sheet.text(
                    x,
                    y + 4.2,
                    rank + (shared ? "=" : ""),
                    new Mark.Font(11.5, true),
                    Anchor.MIDDLE,
                    who.look().hollow() ? Role.INK : Role.GROUND);
        }
    }

    private void names(Sheet sheet, int i, double left, double slotWidth, double top, double room) {
        Contestant who = chart.contestants().get(i);
        Mark.Font font = who.look().strong() ? Sheet.STRONG : Sheet.LABEL;
        int first = first(i);
        int last = last(i);
        if (first == 0) {
            sheet.fitted(left - DISC - 8, top + slots[i][0] * SLOT + 4.5, who.name(), font, Anchor.END, Role.INK, room);
        }
        if (last == columns - 1 && last >= 0 && columns > 1) {
            sheet.fitted(
                    left + last * slotWidth + DISC + 8,
                    top + slots[i][last] * SLOT + 4.5,
                    who.name(),
                    font,
                    Anchor.START,
                    Role.INK,
                    room);
        } else if (first > 0) {
            // Neither end is at the edge: the name stands under the first disc.
            double x = left + first * slotWidth;
            double y = top + slots[i][first] * SLOT + DISC + 11;
            double width = Math.min(slotWidth - 6, TextWidth.of(who.name(), Sheet.SMALL));
            sheet.add(new Mark.Rect(
                    x - width / 2 - 2,
                    y - 9,
                    width + 4,
                    12,
                    3,
                    Style.fill(Role.GROUND).faded(0.85),
                    null));
            sheet.fitted(x, y, who.name(), Sheet.SMALL, Anchor.MIDDLE, Role.INK, slotWidth - 6);
        }
    }
}
