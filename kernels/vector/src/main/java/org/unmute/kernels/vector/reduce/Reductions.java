package org.unmute.kernels.vector.reduce;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.Offsets;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Reduce;

/**
 * Sums, maxima and minima over any axes of float views.
 *
 * <p>The order of summation depends on shape and strides alone. If the axis that is contiguous in memory is reduced,
 * runs of up to {@link #BLOCK} elements are summed in float32 vectors, and the sums of the runs in float64. Otherwise
 * up to {@link #ROWS} rows at a time are added in float32, and these sums in float64.
 */
public final class Reductions {
    private static final int BLOCK = 4096;
    private static final int ROWS = 64;
    /** Maximum columns in a strip, and minimum if a row is split into several strips. */
    private static final int COLUMNS = 512;

    private static final int MIN_COLUMNS = 64;
    /** Rows added by one loop, in order. */
    private static final int UNROLLED_ROWS = 8;

    private final WorkerPool pool;

    public Reductions(WorkerPool pool) {
        this.pool = pool;
    }

    public void reduce(Reduce f, View x, View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        if (x.shape().rank() == 0) {
            reduce(f, x.insert(0), out.insert(0));
            return;
        }
        float[] o = out.host().floats();
        if (x.shape().elements() == 0) {
            for (int at : Offsets.ofElements(out)[0]) {
                o[at] = (float) start(f);
            }
            return;
        }
        int fastest = fastest(x);
        boolean keeps = x.shape().size(fastest) == out.shape().size(fastest)
                && x.shape().size(fastest) > 1;
        View kept = x;
        View reduced = x;
        for (int a = 0; a < x.shape().rank(); a++) {
            if (out.shape().size(a) == 1) {
                kept = kept.slice(a, 0, 1, 1);
            } else {
                reduced = reduced.slice(a, 0, 1, 1);
            }
        }
        if (keeps) {
            columns(f, x.host().floats(), toLast(kept, fastest), toLast(out, fastest), Offsets.ofElements(reduced)[0]);
        } else {
            runs(f, x.host().floats(), kept, out, toLast(reduced, fastest));
        }
    }

    private static double start(Reduce f) {
        return switch (f) {
            case SUM -> 0;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    private static double combine(Reduce f, double a, double b) {
        return switch (f) {
            case SUM -> a + b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    /** The axis of stride 1; otherwise the last one with more than one element; otherwise the last. */
    private static int fastest(View x) {
        int found = x.shape().rank() - 1;
        for (int a = x.shape().rank() - 1; a >= 0; a--) {
            if (x.shape().size(a) > 1 && (x.stride(a) == 1 || x.shape().size(found) == 1)) {
                found = a;
                if (x.stride(a) == 1) {
                    break;
                }
            }
        }
        return found;
    }

    private static View toLast(View x, int axis) {
        int rank = x.shape().rank();
        int[] order = new int[rank];
        for (int i = 0, j = 0; i < rank; i++) {
            if (i != axis) {
                order[j++] = i;
            }
        }
        order[rank - 1] = axis;
        return x.permute(order);
    }

    // ---- the contiguous axis is reduced

    private void runs(Reduce f, float[] x, View kept, View out, View reduced) {
        RowLoop along = new RowLoop(reduced);
        int n = along.length();
        int step = along.step(0);
        int base = Math.toIntExact(reduced.offset());
        int parts = Math.ceilDiv(n, BLOCK);
        int[] row = new int[Math.toIntExact(along.rows())];
        int[] count = {0};
        along.forEach(at -> row[count[0]++] = at[0] - base);
        int[][] where = Offsets.ofElements(kept, out);
        int outs = where[0].length;
        int pieces = row.length * parts;
        float[] o = out.host().floats();
        if (outs < pool.threads() * 2 && pieces > 1) {
            // For few long results: reduce runs in parallel, then combine them in order.
            double[] each = new double[pieces];
            for (int i = 0; i < outs; i++) {
                int from = where[0][i];
                pool.run(
                        pieces,
                        p -> each[p] = run(
                                f,
                                x,
                                from + row[p / parts] + p % parts * BLOCK * step,
                                step,
                                Math.min(BLOCK, n - p % parts * BLOCK)));
                o[where[1][i]] = (float) Arrays.stream(each).reduce(start(f), (a, b) -> combine(f, a, b));
            }
            return;
        }
        int together = Math.max(1, (int) (ElementLoops.CHUNK / Math.max(1, (long) row.length * n)));
        pool.forEachRange(outs, together, (first, last) -> {
            for (int i = first; i < last; i++) {
                double acc = start(f);
                for (int r : row) {
                    for (int k = 0; k < n; k += BLOCK) {
                        acc = combine(f, acc, run(f, x, where[0][i] + r + k * step, step, Math.min(BLOCK, n - k)));
                    }
                }
                o[where[1][i]] = (float) acc;
            }
        });
    }

    private static double run(Reduce f, float[] x, int at, int step, int n) {
        if (step != 1 && n >= N) {
            float[] dense = new float[n];
            ElementLoops.load(x, at, step, dense, n);
            return run(f, dense, 0, 1, n);
        }
        if (n < N) {
            double acc = start(f);
            for (int i = 0; i < n; i++) {
                acc = combine(f, acc, x[at + i * step]);
            }
            return acc;
        }
        return switch (f) {
            case SUM -> sum(x, at, n);
            case MAX -> RowMath.max(x, at, n);
            case MIN -> RowMath.min(x, at, n);
        };
    }

    /**
     * Four vectors of partial sums, so that additions overlap; the remainder is added to their first lanes.
     */
    private static double sum(float[] x, int at, int n) {
        FloatVector a = Lanes.zero();
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= n - 4 * N; i += 4 * N) {
            a = a.add(load(x, at + i));
            b = b.add(load(x, at + i + N));
            c = c.add(load(x, at + i + 2 * N));
            d = d.add(load(x, at + i + 3 * N));
        }
        if (i < n) {
            a = a.add(part(x, at, i, n));
            b = b.add(part(x, at, i + N, n));
            c = c.add(part(x, at, i + 2 * N, n));
            d = d.add(part(x, at, i + 3 * N, n));
        }
        return Lanes.sum(a.add(c).add(b.add(d)));
    }

    /** Loads the elements from i on, with 0 from n on. */
    private static FloatVector part(float[] x, int at, int i, int n) {
        return i >= n ? Lanes.zero() : load(x, at + i, Math.min(N, n - i));
    }

    // ---- the contiguous axis is kept

    private void columns(Reduce f, float[] x, View kept, View out, int[] reduced) {
        int width = out.shape().dim(-1);
        int[] from = Offsets.ofRows(kept);
        int[] to = Offsets.ofRows(out);
        int step = Math.toIntExact(kept.stride(-1));
        int stepOut = Math.toIntExact(out.stride(-1));
        int origin = Math.toIntExact(kept.offset());
        float[] o = out.host().floats();
        int each = stripWidth(width, from.length, reduced.length);
        int parts = Math.ceilDiv(width, each);
        int together = Math.max(1, (int) (ElementLoops.CHUNK / Math.max(1, (long) reduced.length * each)));
        int strips = from.length * parts;
        pool.forEachRange(strips, together, (first, last) -> {
            float[] some = new float[each];
            double[] total = new double[each];
            for (int s = first; s < last; s++) {
                int column = s % parts * each;
                int n = Math.min(each, width - column);
                int shift = from[s / parts] - origin + column * step;
                Arrays.fill(total, 0, n, start(f));
                for (int r = 0; r < reduced.length; r += ROWS) {
                    Arrays.fill(some, 0, n, (float) start(f));
                    addRows(f, x, reduced, r, Math.min(reduced.length, r + ROWS), shift, step, some, n);
                    for (int i = 0; i < n; i++) {
                        total[i] = combine(f, total[i], some[i]);
                    }
                }
                for (int i = 0; i < n; i++) {
                    o[to[s / parts] + (column + i) * stepOut] = (float) total[i];
                }
            }
        });
    }

    /** Strips do not affect the bits, so their width may depend on the number of threads. */
    private int stripWidth(int width, int outer, int rows) {
        long most = Math.min(Math.ceilDiv(4L * pool.threads(), outer), (long) width * rows / ElementLoops.CHUNK);
        int strips = Math.clamp(most, Math.ceilDiv(width, COLUMNS), Math.max(1, width / MIN_COLUMNS));
        return Lanes.roundUp(Math.ceilDiv(width, strips), N);
    }

    /** Combines rows {@code [from, to)} of the reduced rows. */
    private static void addRows(
            Reduce f, float[] x, int[] reduced, int from, int to, int shift, int step, float[] acc, int n) {
        int r = from;
        if (f == Reduce.SUM && step == 1 && n % N == 0) {
            for (; r <= to - UNROLLED_ROWS; r += UNROLLED_ROWS) {
                addEight(x, reduced, r, shift, acc, n);
            }
        }
        for (; r < to; r++) {
            addRow(f, x, reduced[r] + shift, step, acc, n);
        }
    }

    private static void addEight(float[] x, int[] reduced, int r, int shift, float[] acc, int n) {
        int a = reduced[r] + shift;
        int b = reduced[r + 1] + shift;
        int c = reduced[r + 2] + shift;
        int d = reduced[r + 3] + shift;
        int e = reduced[r + 4] + shift;
        int g = reduced[r + 5] + shift;
        int h = reduced[r + 6] + shift;
        int k = reduced[r + 7] + shift;
        for (int i = 0; i < n; i += N) {
            load(acc, i)
                    .add(load(x, a + i))
                    .add(load(x, b + i))
                    .add(load(x, c + i))
                    .add(load(x, d + i))
                    .add(load(x, e + i))
                    .add(load(x, g + i))
                    .add(load(x, h + i))
                    .add(load(x, k + i))
                    .intoArray(acc, i);
        }
    }

    private static void addRow(Reduce f, float[] x, int at, int step, float[] acc, int n) {
        if (step != 1 || n < N) {
            for (int i = 0; i < n; i++) {
                acc[i] = (float) combine(f, acc[i], x[at + i * step]);
            }
            return;
        }
        int i = 0;
        switch (f) {
            case SUM -> {
                for (; i <= n - N; i += N) {
                    load(acc, i).add(load(x, at + i)).intoArray(acc, i);
                }
            }
            case MAX -> {
                for (; i <= n - N; i += N) {
                    load(acc, i).max(load(x, at + i)).intoArray(acc, i);
                }
            }
            case MIN -> {
                for (; i <= n - N; i += N) {
                    load(acc, i).min(load(x, at + i)).intoArray(acc, i);
                }
            }
        }
        for (; i < n; i++) {
            acc[i] = (float) combine(f, acc[i], x[at + i]);
        }
    }
}
