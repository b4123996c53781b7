package org.unmute.kernels.vector.runtime;

import java.util.Arrays;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;

/** Runs kernels that take contiguous rows (last axis) over float views of any strides, on all threads. */
public final class RowLoops {
    private final WorkerPool pool;

    public RowLoops(WorkerPool pool) {
        this.pool = pool;
    }

    /** Processes one row: {@code n} floats from {@code at[v]} on in {@code data[v]}. */
    @FunctionalInterface
    public interface Kernel {
        void run(float[][] data, int[] at, int n);
    }

    /** Runs a kernel over the rows of views of one shape. The last view is written, the others are read. */
    public void each(Kernel kernel, View... views) {
        RowLoop loop = RowLoop.alongLastAxis(views);
        if (loop.rows() == 0) {
            return;
        }
        long together = Math.max(1, ElementLoops.CHUNK / loop.length());
        pool.run(
                Math.toIntExact(Math.ceilDiv(loop.rows(), together)),
                task -> rows(kernel, loop, task * together, Math.min(loop.rows(), (task + 1) * together), views));
    }

    /** Runs a kernel over rows {@code [from, to)} on this thread. */
    public static void rows(Kernel kernel, RowLoop loop, long from, long to, View... views) {
        int n = loop.length();
        int count = views.length;
        float[][] data = new float[count][];
        float[][] given = new float[count][];
        int[] where = new int[count];
        for (int v = 0; v < count; v++) {
            data[v] = views[v].host().floats();
            given[v] = loop.step(v) == 1 ? data[v] : new float[n];
        }
        int out = count - 1;
        loop.forEach(from, to, at -> {
            for (int v = 0; v < count; v++) {
                where[v] = given[v] == data[v] ? at[v] : 0;
                if (given[v] != data[v] && v != out) {
                    ElementLoops.load(data[v], at[v], loop.step(v), given[v], n);
                }
            }
            kernel.run(given, where, n);
            if (given[out] != data[out]) {
                ElementLoops.store(given[out], data[out], at[out], loop.step(out), n);
            }
        });
    }

    /** A copy of a view {@code [n]}; {@code n} times {@code otherwise} if the view is null. */
    public static float[] dense(View x, int n, float otherwise) {
        float[] a = new float[n];
        if (x == null) {
            Arrays.fill(a, otherwise);
        } else {
            ElementLoops.load(x.host().floats(), Math.toIntExact(x.offset()), Math.toIntExact(x.stride(0)), a, n);
        }
        return a;
    }
}
