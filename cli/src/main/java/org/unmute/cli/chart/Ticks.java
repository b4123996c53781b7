package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Round numbers along an axis.
 *
 * @param at    ascending, at least two
 * @param step  their distance; NaN on a logarithmic axis
 */
record Ticks(double[] at, double step) {
    private static final double[] ROUND = {1, 2, 2.5, 5, 10};
    private static final double[][] WITHIN_DECADE = {{1}, {1, 3}, {1, 2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9}};

    /** The first and last. */
    double first() {
        return at[0];
    }

    double last() {
        return at[at.length - 1];
    }

    /**
     * Evenly spaced multiples of 1, 2, 2.5 or 5 times a power of ten, from at or below {@code low} to at or above {@code high}.
     *
     * @param most about how many there is room for, at least 2
     */
    static Ticks linear(double low, double high, int most) {
        double[] range = widened(low, high);
        double raw = (range[1] - range[0]) / Math.max(1, most - 1);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double factor = 10;
        for (double f : ROUND) {
            if (f * power >= raw * (1 - 1e-9)) {
                factor = f;
                break;
            }
        }
        double step = factor * power;
        long from = (long) Math.floor(range[0] / step + 1e-9);
        long to = (long) Math.ceil(range[1] / step - 1e-9);
        double[] at = new double[(int) (to - from + 1)];
        for (int i = 0; i < at.length; i++) {
            // Dividing by whole numbers where the step is a fraction keeps 0.1 * 3 from becoming 0.30000000000000004.
            at[i] = power < 1 ? (from + i) * factor / Math.rint(1 / power) : (from + i) * step;
        }
        return new Ticks(at, step);
    }

    /** A range with some width, even around a single number. */
    private static double[] widened(double low, double high) {
        double size = Math.max(Math.abs(low), Math.abs(high));
        if (high - low > Math.max(1e-9 * size, 1e-100)) {
            return new double[] {low, high};
        }
        double half = size > 1e-100 ? 0.1 * size : 0.5;
        return new double[] {low - half, high + half};
    }

    /**
     * Powers of ten within a range of positive numbers, with 3s, 2s and 5s or all digits between them where the range is short; round
     * evenly spaced numbers where it is shorter still.
     */
    static Ticks logarithmic(double low, double high, int most) {
        for (double[] digits : WITHIN_DECADE) {
            List<Double> found = within(low, high, digits);
            if (found.size() >= 3 || found.size() == 2 && digits.length == 1 && most < 4) {
                int every = (found.size() + most - 1) / most;
                double[] thinned = new double[(found.size() + every - 1) / every];
                Arrays.setAll(thinned, i -> found.get(i * every));
                if (thinned.length >= 2) {
                    return new Ticks(thinned, Double.NaN);
                }
            }
        }
        double[] even = Arrays.stream(linear(low, high, most).at()).filter(v -> v >= low && v <= high).toArray();
        return new Ticks(even.length >= 2 ? even : new double[] {low, high}, Double.NaN);
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
