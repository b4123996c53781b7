package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Rgb;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;

/**
 * Number of times that each probe beats each other probe (Figure 5), as a square heat map of rows against columns.
 *
 * @param caption  title and description
 * @param names    the contestants, in order
 * @param wins     {@code [row, column]}: number of contests in which the row beat the column; the diagonal is not read
 * @param contests {@code [row, column]}: number of contests between the two; 0 leaves the cell empty
 */
public record WinMatrix(Caption caption, List<String> names, int[][] wins, int[][] contests) implements Chart {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a matrix does not have the size of the names, or wins exceed contests
     */
    public WinMatrix {
        names = List.copyOf(names);
        Checks.square("win matrix: wins", wins, names.size());
        Checks.square("win matrix: contests", contests, names.size());
        for (int i = 0; i < wins.length; i++) {
            for (int j = 0; j < wins.length; j++) {
                if (i != j && (wins[i][j] < 0 || wins[i][j] > contests[i][j])) {
                    throw new IllegalArgumentException(
                            "win matrix: " + names.get(i) + " against " + names.get(j) + ": " + wins[i][j] + " wins of "
                                    + contests[i][j] + " contests: give wins from 0 to the contests");
                }
            }
        }
    }

    private static final double MAX_NAME_WIDTH = 170;
    private static final double NARROWEST = 480;
    private static final String ROW_TITLE = "the row beats \u2026";
    private static final double MIN_OPACITY = 0.04;
    /** The maximum opacity at which text remains readable. */
    private static final double MAX_OPACITY = 0.7;

    /** Draws cells with counts, names at the left and above, and the total wins of each row at the right. */
    @Override
    public Drawing draw() {
        int n = names.size();
        int uniform = uniformContests();
        double widest = TextWidth.widest(names, Canvas.LABEL);
        double cell = n > 8 ? 42 : Math.ceil(Math.clamp(widest + 10, 48, 72));
        CategoryLabels columns = new CategoryLabels(names, cell);
        double nameWidth = Math.min(MAX_NAME_WIDTH, widest);
        double left = Math.ceil(Canvas.MARGIN + 22 + nameWidth + 10);
        double right = left + n * cell;
        List<String> ends = uniform > 0 ? List.of(Integer.toString(uniform), "0") : List.of("100\u00A0%", "0\u00A0%");
        double total = TextWidth.of("total", Canvas.SMALL) + 18;
        double legend = right + Math.max(total, columns.overhangRight()) + 14;
        String measure = uniform > 0 ? "wins" : "wins of contests";
        double legendWidth = Math.max(TextWidth.of(measure, Canvas.SMALL), 20 + TextWidth.widest(ends, Canvas.SMALL));
        Canvas canvas = new Canvas(caption, Math.max(NARROWEST, legend + legendWidth + Canvas.MARGIN));
        double y = canvas.header();
        if (n == 0) {
            return canvas.noData(y);
        }
        canvas.text(left, y + 10, "\u2026 the column", Canvas.SMALL, Anchor.START, ColourRole.SOFT);
        double top = y + 18 + columns.height();
        double bottom = top + n * cell;
        double middle = (top + bottom) / 2;
        double titleLength = TextWidth.of(ROW_TITLE, Canvas.SMALL);
        canvas.upright(Canvas.MARGIN + 10, middle, ROW_TITLE, Canvas.SMALL, titleLength);
        canvas.text(right + total - 4, top - 8, "total", Canvas.SMALL, Anchor.END, ColourRole.SOFT);
        for (int i = 0; i < n; i++) {
            columns.above(canvas, i, left + (i + 0.5) * cell, top);
            double text = top + i * cell + cell / 2 + 4.5;
            canvas.fitted(left - 10, text, names.get(i), Canvas.LABEL, Anchor.END, ColourRole.INK, nameWidth + 0.01);
            int sum = 0;
            for (int j = 0; j < n; j++) {
                if (i == j || contests[i][j] == 0) {
                    Style empty = Style.fill(ColourRole.EMPTY);
                    canvas.rect(left + j * cell + 1, top + i * cell + 1, cell - 2, cell - 2, 3, empty, null);
                } else {
                    cell(canvas, i, j, left + j * cell, top + i * cell, cell, uniform > 0);
                    sum += wins[i][j];
                }
            }
            canvas.text(right + total - 4, text, Integer.toString(sum), Canvas.STRONG, Anchor.END, ColourRole.INK);
        }
        double scaleBottom = Math.min(bottom, top + 200);
        legend(canvas, legend, top - 12, scaleBottom, measure, ends);
        return canvas.finish(Math.max(Math.max(bottom, scaleBottom), middle + titleLength / 2) + Canvas.MARGIN);
    }

    /** The number of contests if it is the same for all pairs that met, else 0. */
    private int uniformContests() {
        int same = 0;
        for (int i = 0; i < contests.length; i++) {
            for (int j = 0; j < contests.length; j++) {
                int c = i == j ? 0 : contests[i][j];
                if (c > 0 && same > 0 && c != same) {
                    return 0;
                }
                same = c > 0 ? c : same;
            }
        }
        return same;
    }

    private void cell(Canvas canvas, int i, int j, double x, double y, double size, boolean uniform) {
        int won = wins[i][j];
        int all = contests[i][j];
        String tip = names.get(i) + " beats " + names.get(j) + " in " + won + " of " + all;
        canvas.rect(x + 1, y + 1, size - 2, size - 2, 3, shade((double) won / all), tip);
        canvas.fitted(
                x + size / 2,
                y + size / 2 + 4.5,
                uniform ? Integer.toString(won) : won + "/" + all,
                uniform ? Canvas.LABEL : Canvas.SMALL,
                Anchor.MIDDLE,
                ColourRole.INK,
                size - 2);
    }

    /** Low shares fade to white on light pages and to dark on dark pages. */
    private static Style shade(double share) {
        return Style.fill(new Rgb(0x2F86C5)).faded(MIN_OPACITY + (MAX_OPACITY - MIN_OPACITY) * share);
    }

    /** Draws the colours vertically, with their title above and labels at both ends. */
    private static void legend(Canvas canvas, double x, double top, double bottom, String title, List<String> ends) {
        // Whole pixels, since antialiased edges between the steps would show as lines.
        double height = 3;
        double y = Math.round(top + 12);
        int steps = (int) Math.max(8, (bottom - y) / height);
        for (int i = 0; i < steps; i++) {
            canvas.rect(x, y + i * height, 14, height, 0, shade(1 - (i + 0.5) / steps), null);
        }
        double length = steps * height;
        canvas.rect(x, y, 14, length, 0, Canvas.GRID, null);
        canvas.text(x, top + 4, title, Canvas.SMALL, Anchor.START, ColourRole.SOFT);
        canvas.text(x + 20, y + 8, ends.getFirst(), Canvas.SMALL, Anchor.START, ColourRole.SOFT);
        canvas.text(x + 20, y + length + 1, ends.getLast(), Canvas.SMALL, Anchor.START, ColourRole.SOFT);
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("row", "column", "wins", "contests"));
        for (int i = 0; i < names.size(); i++) {
            for (int j = 0; j < names.size(); j++) {
                if (i != j) {
                    rows.add(NumberText.csvLine(names.get(i), names.get(j), wins[i][j], contests[i][j]));
                }
            }
        }
        return rows;
    }
}
