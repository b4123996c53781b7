package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.unmute.experiments.results.Score;
import org.unmute.report.chart.NumberText;
import org.unmute.report.table.TableCell;

/** Formats numbers for the tables of the report. */
final class CellFormat {
    /** Decimals of a percentage, as in the paper's tables. */
    private static final int DECIMALS = 2;

    private CellFormat() {}

    /** A fraction in percent, without the percent sign. */
    static String percent(double fraction) {
        return decimals(100 * fraction, DECIMALS);
    }

    /** A fraction in percent with a sign. */
    static String signedPercent(double fraction) {
        String text = percent(fraction);
        return text.isEmpty() || text.startsWith("\u2212") ? text : "+" + text;
    }

    /** A number with fixed decimals; empty if not finite. A number that rounds to zero has no sign. */
    static String decimals(double value, int decimals) {
        return Double.isFinite(value) ? NumberText.fixed(value, decimals) : "";
    }

    /** Three significant digits, such as 1.23e-4. */
    static String scientific(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2e", value) : "";
    }

    /** Mean and deviation in percent. */
    static TableCell cell(Score score) {
        return new TableCell(percent(score.mean()), percent(score.sd()), false);
    }

    /** Scores of a row, the highest marked. */
    static List<TableCell> scores(List<Score> scores) {
        return best(
                scores.stream().map(CellFormat::cell).toList(),
                scores.stream().mapToDouble(Score::mean).toArray(),
                true);
    }

    /** Fractions of a row in percent, the highest (or lowest) marked. */
    static List<TableCell> percents(double[] fractions, boolean highest) {
        return best(
                DoubleStream.of(fractions)
                        .mapToObj(f -> TableCell.of(percent(f)))
                        .toList(),
                fractions,
                highest);
    }

    /**
     * Marks the best cells. Cells with the same text as the highest (or lowest) number are tied. Nothing is marked if
     * there are fewer than two numbers.
     *
     * @param values the numbers in the cells; NaN for none
     */
    static List<TableCell> best(List<TableCell> cells, double[] values, boolean highest) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                order.add(i);
            }
        }
        if (order.size() < 2) {
            return cells;
        }
        order.sort(Comparator.comparingDouble(i -> highest ? -values[i] : values[i]));
        String text = cells.get(order.getFirst()).text();
        return cells.stream().map(c -> c.text().equals(text) ? c.asBest() : c).toList();
    }
}
