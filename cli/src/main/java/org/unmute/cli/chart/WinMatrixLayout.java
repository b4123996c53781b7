package org.unmute.cli.chart;

import java.util.List;
import org.unmute.cli.chart.HeatMap.Colours;
import org.unmute.cli.chart.Mark.Anchor;

/**
 * Lays a {@link WinMatrix} out: cells with counts, names at the left and above, the wins of each row summed at the
 * right.
 */
final class WinMatrixLayout {
    private static final double LONGEST_NAME = 170;
    private static final double NARROWEST = 480;
    private static final String ROW_TITLE_WORDS = "the row beats \u2026";
    private static final double ROW_TITLE = TextWidth.of(ROW_TITLE_WORDS, Sheet.SMALL);
    private final WinMatrix chart;
    private final int n;
    private final int uniform;
    private final double cell;

    WinMatrixLayout(WinMatrix chart) {
        this.chart = chart;
        n = chart.names().size();
        uniform = uniformContests();
        double names = TextWidth.widest(chart.names(), Sheet.LABEL);
        cell = n > 8 ? 42 : Math.ceil(Math.clamp(names + 10, 48, 72));
    }

    /** The number of contests if every pair that met had the same; else 0. */
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
        double names = Math.min(LONGEST_NAME, TextWidth.widest(chart.names(), Sheet.LABEL));
        double left = Math.ceil(Sheet.MARGIN + 22 + names + 10);
        double right = left + n * cell;
        List<String> ends = uniform > 0 ? List.of(Integer.toString(uniform), "0") : List.of("100\u00A0%", "0\u00A0%");
        double total = TextWidth.of("total", Sheet.SMALL) + 18;
        double legend = right + Math.max(total, columns.overhangRight()) + 14;
        String measure = uniform > 0 ? "wins" : "wins of contests";
        double width = Math.max(NARROWEST, legend + ColourScale.legendWidth(measure, ends) + Sheet.MARGIN);
        Sheet sheet = new Sheet(chart.caption(), width);
        double y = sheet.header();
        if (n == 0) {
            sheet.nothing(0, y, width, y + 80);
            return sheet.finish(y + 80);
        }
        sheet.text(left, y + 10, "\u2026 the column", Sheet.SMALL, Anchor.START, Role.SOFT);
        double top = y + 18 + columns.height();
        double bottom = top + n * cell;
        sheet.add(new Mark.Text(
                Sheet.MARGIN + 10,
                (top + bottom) / 2,
                ROW_TITLE_WORDS,
                Sheet.SMALL,
                Anchor.MIDDLE,
                -90,
                Role.SOFT,
                null));
        sheet.text(right + total - 4, top - 8, "total", Sheet.SMALL, Anchor.END, Role.SOFT);
        ColourScale scale = new ColourScale(Colours.SEQUENTIAL, 0, 1, ColourScale.BELOW_TEXT);
        for (int i = 0; i < n; i++) {
            columns.above(sheet, i, left + (i + 0.5) * cell, top);
            row(sheet, scale, i, left, top + i * cell, names, right + total - 4);
        }
        double scaleBottom = Math.min(bottom, top + 200);
        scale.legend(sheet, legend, top - 12, scaleBottom, measure, ends);
        return sheet.finish(Math.max(Math.max(bottom, scaleBottom), (top + bottom) / 2 + ROW_TITLE / 2) + Sheet.MARGIN);
    }

    private void row(Sheet sheet, ColourScale scale, int i, double left, double top, double names, double totalRight) {
        double middle = top + cell / 2 + 4.5;
        sheet.fitted(left - 10, middle, chart.names().get(i), Sheet.LABEL, Anchor.END, Role.INK, names + 0.01);
        int total = 0;
        for (int j = 0; j < n; j++) {
            double x = left + j * cell;
            int wins = chart.wins()[i][j];
            int contests = chart.contests()[i][j];
            if (i == j || contests == 0) {
                sheet.add(new Mark.Rect(x + 1, top + 1, cell - 2, cell - 2, 3, Style.fill(Role.EMPTY), null));
                continue;
            }
            total += wins;
            String tip = chart.names().get(i) + " beats " + chart.names().get(j) + " in " + wins + " of " + contests;
            sheet.add(new Mark.Rect(x + 1, top + 1, cell - 2, cell - 2, 3, scale.style((double) wins / contests), tip));
            String words = uniform > 0 ? Integer.toString(wins) : wins + "/" + contests;
            sheet.fitted(
                    x + cell / 2,
                    middle,
                    words,
                    uniform > 0 ? Sheet.LABEL : Sheet.SMALL,
                    Anchor.MIDDLE,
                    Role.INK,
                    cell - 2);
        }
        sheet.text(totalRight, middle, Integer.toString(total), Sheet.STRONG, Anchor.END, Role.INK);
    }
}
