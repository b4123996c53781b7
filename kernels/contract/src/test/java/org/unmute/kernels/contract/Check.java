package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.function.Supplier;

/** Comparisons whose failures report where and by how much values differ. */
final class Check {
    private Check() {}

    /**
     * Passes if the values are equal as floats, both NaN, or within the bound. An exact value beyond the range of
     * floats counts as infinity.
     */
    static void close(String what, long index, double expected, float actual, double bound) {
        close(() -> what, index, expected, actual, bound);
    }

    /** As above; the description is only built for a failure. */
    static void close(Supplier<String> what, long index, double expected, float actual, double bound) {
        if (isEqual(expected, actual)) {
            return;
        }
        boolean edge = Math.abs(expected) + bound > Float.MAX_VALUE
                && Math.abs(actual) >= Float.MAX_VALUE / 2
                && Math.signum(expected) == Math.signum(actual);
        if (edge || Math.abs(expected - actual) <= bound) {
            return;
        }
        fail(what.get() + ": element " + index + " is " + actual + ", expected " + expected + " within " + bound);
    }

    /** Whether the values are equal as floats or both NaN, and so pass with any bound. */
    static boolean isEqual(double expected, float actual) {
        float rounded = (float) expected;
        return rounded == actual || Float.isNaN(rounded) && Float.isNaN(actual);
    }

    /** Passes if all values have the same bits; all NaN are equal. */
    static void same(String what, float[] expected, float[] actual) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
                fail(what + ": element " + i + " differs: " + expected[i] + " and " + actual[i]);
            }
        }
    }
}
