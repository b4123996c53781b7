package org.unmute.tensor.backend;

import org.unmute.tensor.Shape;

/**
 * Iterates over several views of one shape in step, row by row, in row-major order. Adjacent axes that every view can
 * address as one are merged first, so that dense tensors become a single row.
 */
public final class RowLoop {
    /** Processes one row. */
    @FunctionalInterface
    public interface Body {
        /**
         * {@code at[v]} is the position of the row's first element in view {@code v}. The array is reused for the next
         * row.
         */
        void row(int[] at);
    }

    private final int views;
    private final int[] sizes;
    private final int[][] steps;
    private final int[] start;
    private final int length;
    private final long rows;

    /** A loop over views of equal shape. */
    public RowLoop(View... views) {
        this(false, views);
    }

    private RowLoop(boolean keepLast, View... views) {
        this.views = views.length;
        Shape shape = views[0].shape();
        int rank = shape.rank();
        int[] size = new int[rank + 1];
        int[][] step = new int[this.views][rank + 1];
        int n = 0;
        for (int axis = rank - 1; axis >= 0; axis--) {
            int s = shape.dim(axis);
            if (s == 1 && !(keepLast && axis == rank - 1)) {
                continue;
            }
            boolean merges = n > 0 && !(keepLast && n == 1);
            for (int v = 0; v < this.views && merges; v++) {
                merges = views[v].stride(axis) == (long) step[v][n - 1] * size[n - 1];
            }
            if (merges) {
                size[n - 1] *= s;
                continue;
            }
            size[n] = s;
            for (int v = 0; v < this.views; v++) {
                step[v][n] = Math.toIntExact(views[v].stride(axis));
            }
            n++;
        }
        if (n == 0) {
            size[0] = 1;
            n = 1;
        }
        this.length = size[0];
        this.sizes = new int[n - 1];
        this.steps = new int[this.views][n];
        long r = shape.elements() == 0 ? 0 : 1;
        for (int i = 0; i < n; i++) {
            if (i > 0) {
                sizes[i - 1] = size[i];
                r *= size[i];
            }
            for (int v = 0; v < this.views; v++) {
                steps[v][i] = step[v][i];
            }
        }
        this.rows = r;
        this.start = new int[this.views];
        for (int v = 0; v < this.views; v++) {
            start[v] = Math.toIntExact(views[v].offset());
        }
    }

    /** A loop whose rows run exactly along the last axis. */
    public static RowLoop alongLastAxis(View... views) {
        return new RowLoop(true, views);
    }

    /** Number of rows. */
    public long rows() {
        return rows;
    }

    /** Number of elements in a row. */
    public int length() {
        return length;
    }

    /** Distance between adjacent elements of a row in view {@code v}. */
    public int step(int v) {
        return steps[v][0];
    }

    /** Processes all rows in order. */
    public void forEach(Body body) {
        forEach(0, rows, body);
    }

    /** Processes rows {@code from} (inclusive) to {@code to} (exclusive) in order. */
    public void forEach(long from, long to, Body body) {
        if (from >= to) {
            return;
        }
        int outer = sizes.length;
        int[] index = new int[outer];
        int[] at = start.clone();
        long rest = from;
        for (int i = 0; i < outer; i++) {
            index[i] = (int) (rest % sizes[i]);
            rest /= sizes[i];
            for (int v = 0; v < views; v++) {
                at[v] += index[i] * steps[v][i + 1];
            }
        }
        int[] given = new int[views];
        for (long r = from; r < to; r++) {
            System.arraycopy(at, 0, given, 0, views);
            body.row(given);
            for (int i = 0; i < outer; i++) {
                index[i]++;
                for (int v = 0; v < views; v++) {
                    at[v] += steps[v][i + 1];
                }
                if (index[i] < sizes[i]) {
                    break;
                }
                for (int v = 0; v < views; v++) {
                    at[v] -= sizes[i] * steps[v][i + 1];
                }
                index[i] = 0;
            }
        }
    }
}
