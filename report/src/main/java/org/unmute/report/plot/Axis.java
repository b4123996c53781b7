package org.unmute.report.plot;

import java.util.Objects;

/**
 * The quantity that an axis measures, and its range.
 *
 * @param label the quantity, with its unit if it has one; for fractions the unit is added
 * @param kind  how values are spaced and written
 * @param low   the axis begins at or below this value; NaN: where the data begin
 * @param high  the axis ends at or above this value; NaN: where the data end
 */
public record Axis(String label, Kind kind, double low, double high) {
    /** How values are spaced and written. */
    public enum Kind {
        /** Evenly spaced numbers. */
        LINEAR,
        /** Fractions from 0 to 1, evenly spaced, written times 100; error bars end at 0 and 1. */
        PERCENT,
        /** Differences of fractions, evenly spaced, written times 100 as percentage points. */
        POINTS,
        /** Positive numbers, decades evenly spaced; others are gaps. */
        LOGARITHMIC
    }

    /** Checks that nothing is null. */
    public Axis {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(kind, "kind");
    }

    /** Plain numbers, over the range of the data. */
    public static Axis linear(String label) {
        return new Axis(label, Kind.LINEAR, Double.NaN, Double.NaN);
    }

    /** Fractions from 0 to 1 shown as percent, over the range of the data. */
    public static Axis percent(String label) {
        return new Axis(label, Kind.PERCENT, Double.NaN, Double.NaN);
    }

    /** Differences of fractions shown as percentage points, over the range of the data. */
    public static Axis points(String label) {
        return new Axis(label, Kind.POINTS, Double.NaN, Double.NaN);
    }

    /** Positive numbers on a logarithmic scale, over the range of the data. */
    public static Axis logarithmic(String label) {
        return new Axis(label, Kind.LOGARITHMIC, Double.NaN, Double.NaN);
    }

    /** A copy that covers at least a range; NaN lets the data decide an end. */
    public Axis reaching(double from, double to) {
        return new Axis(label, kind, from, to);
    }
}
