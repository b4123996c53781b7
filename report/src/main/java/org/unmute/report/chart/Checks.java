package org.unmute.report.chart;

/** Checks the sizes of the arrays of a chart. */
final class Checks {
    private Checks() {}

    /** Throws if the array does not have this length; null is accepted. */
    static void length(String what, double[] values, int expected) {
        if (values != null && values.length != expected) {
            throw new IllegalArgumentException(
                    what + ": " + values.length + " numbers where " + expected + " are needed: give one each");
        }
    }

    /** Throws if a matrix is not {@code size} by {@code size}. */
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
}
