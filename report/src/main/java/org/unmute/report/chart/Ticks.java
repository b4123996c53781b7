package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Round numbers along an axis.
 *
 * @param at    ascending, at least two
 * @param step  distance between ticks; NaN on a logarithmic axis
 */
record Ticks(double[] at, double step) {
    private static final double[] ROUND = {1, 2, 2.5, 5, 10};
    private static final double[] DECADES = {1};
    private static final double[] THREES = {1, 3};
    private static final double[] TWOS_AND_FIVES = {1, 2, 5};
    private static final double[] DIGITS = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    /** Minimum length of a logarithmic axis in decades, so that it contains round numbers. */
    static final double SHORTEST = 0.6;

    /** The first tick. */
    double first() {
        return at[0];
    }

    double last() {
        return at[at.length - 1];
    }

    /**
     * Evenly spaced multiples of 1, 2, 2.5 or 5 times a power of ten, from at or below {@code low} to at or above
     * {@code high}.
     *
     * @param max approximate maximum number of ticks, at least 2
     */
    static Ticks linear(double low, double high, int max) {
        double[] range = widened(low, high);
        double raw = (range[1] - range[0]) / Math.max(1, max - 1);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double factor = 10;
        for (double f : ROUND) {
            if (f * power >= raw * (1 - 1e-9)) {
                factor = f;
                break;
            }
        }
        // Dividing by an integer where the step is a fraction avoids 0.1 * 3 = 0.30000000000000004: powers of ten below
        // 1 are not exact doubles, those above are.
        double divisor = power < 1 ? Math.rint(1 / power) : 1;
        double step = power < 1 ? factor / divisor : factor * power;
        long from = (long) Math.floor(range[0] / step + 1e-9);
        long to = (long) Math.ceil(range[1] / step - 1e-9);
        double[] at = new double[(int) (to - from + 1)];
        for (int i = 0; i < at.length; i++) {
            at[i] = power < 1 ? (from + i) * factor / divisor : (from + i) * step;
        }
        return new Ticks(at, step);
    }

    /** Widens a range that consists of a single number. */
    private static double[] widened(double low, double high) {
        double size = Math.max(Math.abs(low), Math.abs(high));
        if (high - low > Math.max(1e-9 * size, 1e-100)) {
            return new double[] {low, high};
        }
        double half = size > 1e-100 ? 0.1 * size : 0.5;
        return new double[] {low - half, high + half};
    }

    /**
     * Powers of ten within a range of positive numbers; if there are fewer than three, also 3 times, 2 and 5 times, or
     * every digit times these powers.
     *
     * @param low  above 0
     * @param high at least {@link #SHORTEST} decades above {@code low}
     * @param max  approximate maximum number of ticks, at least 2
     */
    static Ticks logarithmic(double low, double high, int max) {
        List<Double> found = within(low, high, DECADES);
        if (found.size() < 3) {
            found = within(low, high, DIGITS);
            for (double[] digits : List.of(THREES, TWOS_AND_FIVES)) {
                List<Double> candidate = within(low, high, digits);
                if (candidate.size() >= 3 && candidate.size() <= Math.max(3, max)) {
                    found = candidate;
                }
            }
        }
        List<Double> all = found;
        int every = (all.size() + max - 1) / max;
        double[] at = new double[(all.size() + every - 1) / every];
        Arrays.setAll(at, i -> all.get(i * every));
        return new Ticks(at, Double.NaN);
    }

    private static List<Double> within(double low, double high, double[] digits) {
        List<Double> found = new ArrayList<>();
        for (int p = (int) Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++) {
            for (double digit : digits) {
                double v = p < 0 ? digit / Math.pow(10, -p) : digit * Math.pow(10, p);
                if (v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9)) {
                    found.add(v);
                }
            }
        }
        return found;
    }
}
