package org.unmute.report.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.unmute.report.chart.Axis.Kind;

/** Formats numbers for axes, tooltips and CSV files. */
public final class NumberText {
    private static final String[] SUFFIXES = {"", "k", "M", "G", "T"};
    private static final String GAP = "\u2013";

    private NumberText() {}

    /** A number with fixed decimals and a true minus sign; zero has no sign. */
    public static String fixed(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        boolean nothing = text.chars().allMatch(c -> c == '-' || c == '0' || c == '.');
        return nothing ? text.replace("-", "") : text.replace('-', '\u2212');
    }

    /** The label of a tick: with as many decimals as the step needs, and with k, M, G or T from ten thousand. */
    static String tick(double value, double step, double largest) {
        if (!(step >= 1e-6) || largest >= 1e16) {
            return scientific(value);
        }
        int thousands = largest >= 1e4 ? Math.min(SUFFIXES.length - 1, (int) (Math.log10(largest) / 3)) : 0;
        double unit = Math.pow(1000, thousands);
        return fixed(value / unit, decimals(step / unit)) + (value == 0 ? "" : SUFFIXES[thousands]);
    }

    /** The label of a tick of a logarithmic axis. */
    static String decade(double value) {
        if (value < 1e-3 || value >= 1e16) {
            return scientific(value);
        }
        int thousands = value >= 1e3 ? Math.min(SUFFIXES.length - 1, (int) (Math.log10(value * 1.000001) / 3)) : 0;
        return plain(value / Math.pow(1000, thousands), 3) + SUFFIXES[thousands];
    }

    private static int decimals(double step) {
        for (int d = 0; d < 9; d++) {
            double scaled = step * Math.pow(10, d);
            if (Math.abs(scaled - Math.rint(scaled)) < 1e-6 * scaled) {
                return d;
            }
        }
        return 9;
    }

    private static String scientific(double value) {
        if (value == 0) {
            return "0";
        }
        String[] parts = String.format(Locale.ROOT, "%.3e", value).split("e");
        return plain(Double.parseDouble(parts[0]), 4) + "e" + Integer.parseInt(parts[1]);
    }

    private static String plain(double value, int digits) {
        return new BigDecimal(value)
                .round(new MathContext(digits))
                .stripTrailingZeros()
                .toPlainString()
                .replace('-', '\u2212');
    }

    /** A value: a fraction as percent with one decimal, other numbers with four digits, a dash if not finite. */
    static String value(double value, Kind kind) {
        if (!Double.isFinite(value)) {
            return GAP;
        }
        if (kind == Kind.PERCENT) {
            return fixed(100 * value, 1) + "\u00A0%";
        }
        if (kind == Kind.POINTS) {
            return (value > 0 ? "+" : "") + fixed(100 * value, 1) + "\u00A0pp";
        }
        double size = Math.abs(value);
        return size != 0 && (size < 1e-3 || size >= 1e16)
                ? scientific(value)
                : size >= 1000 || value == Math.rint(value) ? count(Math.round(value)) : plain(value, 4);
    }

    /** An error, after a plus-minus sign. */
    static String plusMinus(double error, Kind kind) {
        return " \u00B1 " + (kind == Kind.POINTS ? fixed(100 * error, 1) + "\u00A0pp" : value(error, kind));
    }

    /** An integer with thin spaces between thousands. */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(",", "\u202F").replace('-', '\u2212');
    }

    /** A line of a CSV file, with numbers formatted by {@link #csv}. */
    static List<String> csvLine(Object... cells) {
        return Stream.of(cells)
                .map(c -> c instanceof Double d ? csv(d) : c.toString())
                .toList();
    }

    /** A number in a CSV file: the shortest text that parses to the same value; empty if not finite. */
    static String csv(double value) {
        if (!Double.isFinite(value)) {
            return "";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
