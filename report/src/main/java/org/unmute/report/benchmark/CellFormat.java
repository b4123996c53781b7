package org.unmute.report.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.unmute.benchmark.results.Score;
import org.unmute.metrics.Interval;
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
        return new TableCell(percent(score.mean()), percent(score.sd()));
    }

    /** Cells with the scores of a row. */
    static List<TableCell> scores(List<Score> scores) {
        return scores.stream().map(CellFormat::cell).toList();
    }

    /** Cells with the fractions of a row in percent. */
    static List<TableCell> percents(double[] fractions) {
        return DoubleStream.of(fractions)
                .mapToObj(f -> TableCell.of(percent(f)))
                .toList();
    }

    /** An interval of fractions in percent. */
    static String interval(Interval interval) {
        return "[" + percent(interval.low()) + ", " + percent(interval.high()) + "]";
    }
}
