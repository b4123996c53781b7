package org.unmute.benchmark.search;

import java.util.Objects;

/**
 * One searched number and its interval.
 *
 * @param name name of the number, for instance {@code lr}
 * @param low minimum, included
 * @param high maximum, included; equal to {@code low} for a fixed number
 * @param logarithmic whether the number is uniform on a logarithmic scale; then {@code low} is above 0
 */
public record Range(String name, double low, double high, boolean logarithmic) {
    /**
     * @throws IllegalArgumentException if a bound is non-finite, {@code low} is above {@code high}, or {@code low} is
     *     not above 0 for a logarithmic range
     */
    public Range {
        Objects.requireNonNull(name, "name");
        if (!(Double.isFinite(low) && Double.isFinite(high) && low <= high)) {
            throw new IllegalArgumentException(
                    "search: the range of " + name + " must rise between finite numbers: " + low + " to " + high);
        }
        if (logarithmic && low <= 0) {
            throw new IllegalArgumentException(
                    "search: a logarithmic range starts above 0: " + name + " starts at " + low);
        }
    }

    /** A logarithmic range. */
    public static Range logarithmic(String name, double low, double high) {
        return new Range(name, low, high, true);
    }

    /** A linear range. */
    public static Range linear(String name, double low, double high) {
        return new Range(name, low, high, false);
    }

    /**
     * The value at a fraction of the way from {@code low} to {@code high}, on a logarithmic scale for a logarithmic
     * range. The result is the same on every machine.
     *
     * @param share fraction in [0, 1]
     * @throws IllegalArgumentException for a fraction outside [0, 1]
     */
    public double at(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("search: a share of the range of " + name + " lies in 0 to 1: " + share);
        }
        if (low == high) {
            return low;
        }
        double value =
                logarithmic ? low * StrictMath.exp(share * StrictMath.log(high / low)) : low + share * (high - low);
        return Math.clamp(value, low, high); // rounding in exp may miss a bound
    }
}
