package org.unmute.report.plot;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.plot.Axis.Kind;

/** Maps the numbers of an axis to pixels. */
public final class Scale {
    private final Axis axis;
    private final Ticks ticks;
    private final double low;
    private final double high;
    private final double from;
    private final double to;

    private Scale(Axis axis, Ticks ticks, double low, double high, double from, double to) {
        this.axis = axis;
        this.ticks = ticks;
        this.low = low;
        this.high = high;
        this.from = from;
        this.to = to;
    }

    /**
     * A scale for all numbers of an extent.
     *
     * @param from   the pixel of the smallest number
     * @param to     the pixel of the largest number
     * @param spaced the minimum distance of ticks in pixels
     */
    public static Scale of(Axis axis, Extent extent, double from, double to, double spaced) {
        int max = Math.max(2, (int) (Math.abs(to - from) / spaced) + 1);
        if (axis.kind() == Kind.LOGARITHMIC) {
            double decades = Math.log10(extent.high()) - Math.log10(extent.low());
            double beyond = Math.max(0.06 * decades, (Ticks.SHORTEST - decades) / 2);
            double low = extent.low() * Math.pow(10, -beyond);
            double high = extent.high() * Math.pow(10, beyond);
            return new Scale(axis, Ticks.logarithmic(low, high, max), low, high, from, to);
        }
        Ticks ticks = Ticks.linear(extent.low(), extent.high(), max);
        return new Scale(axis, ticks, ticks.first(), ticks.last(), from, to);
    }

    /** A copy over another range of pixels. */
    public Scale along(double newFrom, double newTo) {
        return new Scale(axis, ticks, low, high, newFrom, newTo);
    }

    Axis axis() {
        return axis;
    }

    public double from() {
        return from;
    }

    double to() {
        return to;
    }

    /** The pixel of a number, clamped to the ends. */
    public double at(double value) {
        double share = axis.kind() == Kind.LOGARITHMIC
                ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
                : (value - low) / (high - low);
        return from + Math.clamp(share, 0, 1) * (to - from);
    }

    /** Whether this axis can show a number. */
    public boolean shows(double value) {
        return Extent.shows(axis.kind(), value);
    }

    /** The pixel of 0; on a logarithmic axis, its low end. */
    public double base() {
        return axis.kind() == Kind.LOGARITHMIC ? from : at(0);
    }

    public double[] ticks() {
        return ticks.at().clone();
    }

    /** The label of each tick. */
    List<String> labels() {
        List<String> labels = new ArrayList<>();
        double largest = Math.max(Math.abs(ticks.first()), Math.abs(ticks.last()));
        for (double tick : ticks.at()) {
            labels.add(
                    switch (axis.kind()) {
                        case LINEAR -> NumberText.tick(tick, ticks.step(), largest);
                        case PERCENT, POINTS -> NumberText.tick(100 * tick, 100 * ticks.step(), 100 * largest);
                        case LOGARITHMIC -> NumberText.decade(tick);
                    });
        }
        return labels;
    }

    /** The title of the axis, with its unit. */
    String title() {
        return switch (axis.kind()) {
            case PERCENT -> axis.label() + " (%)";
            case POINTS -> axis.label() + " (pp)";
            case LINEAR, LOGARITHMIC -> axis.label();
        };
    }
}
