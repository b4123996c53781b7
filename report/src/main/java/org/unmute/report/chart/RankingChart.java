package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.SeriesStyle;

/**
 * A bump chart: ranks from column to column, best on top, with a line for each contestant (Figure 6 of the paper:
 * encoders ranked under each probe).
 *
 * @param caption     title and description
 * @param columns     names of the columns, from left to right
 * @param contestants what is ranked
 */
public record RankingChart(Caption caption, List<String> columns, List<Contestant> contestants) implements Chart {
    /**
     * One line.
     *
     * @param name   written at both ends
     * @param style  its colour
     * @param scores one per column, higher is better; NaN if not ranked there, which leaves a gap
     */
    public record Contestant(String name, SeriesStyle style, double[] scores) {}

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a contestant does not have one score per column
     */
    public RankingChart {
        columns = List.copyOf(columns);
        contestants = List.copyOf(contestants);
        for (Contestant c : contestants) {
            Checks.length("ranking: scores of " + c.name(), c.scores(), columns.size());
        }
    }

    /** The ranks from 1, highest score first; equal scores share the better rank (1, 2, 2, 4); NaN has rank 0. */
    public static int[] ranks(double[] scores) {
        int[] ranks = new int[scores.length];
        for (int i = 0; i < scores.length; i++) {
            int better = 0;
            for (double other : scores) {
                better += other > scores[i] ? 1 : 0;
            }
            ranks[i] = Double.isNaN(scores[i]) ? 0 : better + 1;
        }
        return ranks;
    }

    @Override
    public Drawing draw() {
        return new RankingChartLayout(this).draw();
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("column", "contestant", "rank", "score"));
        for (int c = 0; c < columns.size(); c++) {
            int[] ranks = ranks(scores(c));
            for (int i = 0; i < ranks.length; i++) {
                Contestant who = contestants.get(i);
                rows.add(List.of(
                        columns.get(c),
                        who.name(),
                        ranks[i] == 0 ? "" : Integer.toString(ranks[i]),
                        NumberText.csv(who.scores()[c])));
            }
        }
        return rows;
    }

    /** The scores of all contestants in a column; NaN if not finite. */
    double[] scores(int column) {
        return contestants.stream()
                .mapToDouble(c -> c.scores()[column])
                .map(v -> Double.isFinite(v) ? v : Double.NaN)
                .toArray();
    }
}
