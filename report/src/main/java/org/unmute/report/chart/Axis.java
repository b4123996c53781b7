package org.unmute.report.chart;

import java.util.Objects;

/**
 * The quantity that an axis measures, and its range.
 *
 * @param label the quantity, with its unit if it has one; for fractions the unit is added
 * @param kind  how values are spaced and written
 * @param low   the axis begins at or below this value; NaN to begin at the data
 * @param high  the axis ends at or above this value; NaN to end at the data
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
        /** Positive numbers with evenly spaced decades; other numbers leave gaps. */
        LOGARITHMIC
    }

    /** Checks that nothing is null. */
    public Axis {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(kind, "kind");
    }

    private Axis(String label, Kind kind) {
        this(label, kind, Double.NaN, Double.NaN);
    }

    /** Plain numbers, covering the range of the data. */
    public static Axis linear(String label) {
        return new Axis(label, Kind.LINEAR);
    }

    /** Fractions from 0 to 1 shown as percent, covering the range of the data. */
    public static Axis percent(String label) {
        return new Axis(label, Kind.PERCENT);
    }

    /** Differences of fractions shown as percentage points, covering the range of the data. */
    public static Axis points(String label) {
        return new Axis(label, Kind.POINTS);
    }

    /** Positive numbers on a logarithmic scale, covering the range of the data. */
    public static Axis logarithmic(String label) {
        return new Axis(label, Kind.LOGARITHMIC);
    }

    /** A copy that covers at least this range; with NaN, the data determine that end. */
    public Axis reaching(double from, double to) {
        return new Axis(label, kind, from, to);
    }

    /** Whether this axis can show a number: finite, at most 1e100 in magnitude, positive if logarithmic. */
    boolean shows(double value) {
        return Math.abs(value) <= Extent.LARGEST && (kind != Kind.LOGARITHMIC || value >= 1 / Extent.LARGEST);
    }

    /** A value in a tooltip. */
    String text(double value) {
        return NumberText.value(value, kind);
    }

    /** A value in a tooltip, with its error if that is positive. */
    String text(double value, double error) {
        return text(value) + (error > 0 ? NumberText.plusMinus(error, kind) : "");
    }
}
