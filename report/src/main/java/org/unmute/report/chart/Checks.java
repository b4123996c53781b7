package org.unmute.report.chart;

/** Sizes of what a chart is given. */
final class Checks {
    private Checks() {}

    /** Refuses an array of another length; null passes. */
    static void length(String what, double[] values, int expected) {
        if (values != null && values.length != expected) {
            throw new IllegalArgumentException(
                    what + ": " + values.length + " numbers where " + expected + " are needed: give one each");
        }
    }

    /** Refuses a matrix that is not square of a size. */
    static void square(String what, int[][] matrix, int size) {
        if (matrix.length != size) {
            throw new IllegalArgumentException(
                    what + ": " + matrix.length + " rows for " + size + " names: give one each");
        }
        for (int[] row : matrix) {
            if (row.length != size) {
                throw new IllegalArgumentException(
                        what + ": a row of " + row.length + " numbers for " + size + " names: give one each");
            }
        }
    }

    /** An entry of an array that may be absent: NaN then. */
    static double at(double[] values, int i) {
        return values == null ? Double.NaN : values[i];
    }
}
