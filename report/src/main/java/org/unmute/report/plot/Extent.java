package org.unmute.report.plot;

import org.unmute.report.plot.Axis.Kind;

/** Minimum and maximum of the numbers that an axis can show. */
public final class Extent {
    /** Differences of larger numbers may overflow. */
    private static final double LARGEST = 1e100;

    private final Kind kind;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;

    public Extent(Axis axis) {
        kind = axis.kind();
        add(axis.low());
        add(axis.high());
    }

    /** Whether an axis can show a number: finite, at most 1e100 in magnitude, positive if logarithmic. */
    public static boolean shows(Kind kind, double value) {
        return Math.abs(value) <= LARGEST && (kind != Kind.LOGARITHMIC || value >= 1 / LARGEST);
    }

    /** Includes a number if it can be shown. */
    public void add(double value) {
        if (shows(kind, value)) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
    }

    /** Includes a number and its error bar, if it has one. */
    public void add(double value, double error) {
        add(value);
        if (shows(kind, value) && error > 0) {
            boolean share = kind == Kind.PERCENT && value >= 0 && value <= 1;
            add(share ? Math.max(0, value - error) : value - error);
            add(share ? Math.min(1, value + error) : value + error);
        }
    }

    public boolean isEmpty() {
        return low > high;
    }

    /** The minimum; without numbers, the default start of such an axis. */
    double low() {
        return isEmpty() ? kind == Kind.LOGARITHMIC ? 1 : 0 : low;
    }

    /** The maximum; without numbers, the default end of such an axis. */
    double high() {
        return isEmpty() ? kind == Kind.LOGARITHMIC ? 100 : 1 : high;
    }
}
