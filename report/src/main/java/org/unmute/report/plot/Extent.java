package org.unmute.report.plot;

import org.unmute.report.plot.Axis.Kind;

/** The smallest and largest of the numbers that an axis can show. */
public final class Extent {
    /** Beyond this the distance of two numbers may overflow. */
    private static final double LARGEST = 1e100;

    private final Kind kind;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;

    public Extent(Axis axis) {
        kind = axis.kind();
        add(axis.low());
        add(axis.high());
    }

    /** Whether an axis of a kind has a place for a number: finite, below 1e100 in size, positive if logarithmic. */
    public static boolean shows(Kind kind, double value) {
        return Math.abs(value) <= LARGEST && (kind != Kind.LOGARITHMIC || value >= 1 / LARGEST);
    }

    /** Takes a number in if it can be shown. */
    public void add(double value) {
        if (shows(kind, value)) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
    }

    /** Takes in a number and a distance either side, if there is one. */
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

    /** The smallest number; without numbers, the usual beginning of such an axis. */
    double low() {
        return isEmpty() ? kind == Kind.LOGARITHMIC ? 1 : 0 : low;
    }

    /** The largest number; without numbers, the usual end of such an axis. */
    double high() {
        return isEmpty() ? kind == Kind.LOGARITHMIC ? 100 : 1 : high;
    }
}
