package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;

/**
 * How often each probe beats each other probe (Figure 5): a square heat map of rows against columns.
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

    @Override
    public Drawing draw() {
        return new WinMatrixLayout(this).draw();
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("row", "column", "wins", "contests"));
        for (int i = 0; i < names.size(); i++) {
            for (int j = 0; j < names.size(); j++) {
                if (i != j) {
                    rows.add(List.of(
                            names.get(i),
                            names.get(j),
                            Integer.toString(wins[i][j]),
                            Integer.toString(contests[i][j])));
                }
            }
        }
        return rows;
    }
}
