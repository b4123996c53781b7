package org.unmute.report.chart;

import org.unmute.report.chart.Axis.Kind;

/** Minimum and maximum of the numbers that an axis can show. */
final class Extent {
    /** Differences between larger numbers might overflow. */
    static final double LARGEST = 1e100;

    private final Axis axis;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;

    Extent(Axis axis) {
        this.axis = axis;
        add(axis.low());
        add(axis.high());
    }

    Axis axis() {
        return axis;
    }

    /** Includes a number if it can be shown. */
    void add(double value) {
        if (axis.shows(value)) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
    }

    /** Includes a number and its error bar, if it has one. */
    void add(double value, double error) {
        add(value);
        if (axis.shows(value) && error > 0) {
            boolean share = axis.kind() == Kind.PERCENT && value >= 0 && value <= 1;
            add(share ? Math.max(0, value - error) : value - error);
            add(share ? Math.min(1, value + error) : value + error);
        }
    }

    boolean isEmpty() {
        return low > high;
    }

    /** The minimum; without numbers, the default start of the axis. */
    double low() {
        return isEmpty() ? axis.kind() == Kind.LOGARITHMIC ? 1 : 0 : low;
    }

    /** The maximum; without numbers, the default end of the axis. */
    double high() {
        return isEmpty() ? axis.kind() == Kind.LOGARITHMIC ? 100 : 1 : high;
    }
}
