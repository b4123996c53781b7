package org.unmute.kernels.vector.runtime;

import java.util.Arrays;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;

/**
 * Runs kernels that take whole vectors of contiguous floats over views of any strides. Contiguous data is passed in
 * place; the rest, including the end of a row, is staged through a small block. Every element is computed by the same
 * instructions, so results depend neither on layout nor on how the work is split.
 */
public final class ElementLoops {
    /** Elements in a task, and the minimum for using a second thread. */
    public static final int CHUNK = 16_384;

    private static final int BLOCK = 512;

    private final WorkerPool pool;

    public ElementLoops(WorkerPool pool) {
        this.pool = pool;
    }

    /** Processes a part of a row. */
    @FunctionalInterface
    public interface Piece {
        /**
         * @param at offset of the first element in each view
         * @param step distance between elements in each view
         */
        void run(int[] at, int[] step, int n);
    }

    /**
     * An elementwise kernel. It processes {@code n} floats from {@code at[v]} on in {@code data[v]}; n is a multiple of
     * {@link Lanes#N}.
     */
    @FunctionalInterface
    public interface Kernel {
        void run(float[][] data, int[] at, int n);
    }

    /** Splits the rows of views of one shape into pieces and processes them, in parallel if there is enough work. */
    public void pieces(Piece body, View... views) {
        RowLoop loop = new RowLoop(views);
        if (loop.rows() == 0) {
            return;
        }
        int[] step = new int[views.length];
        Arrays.setAll(step, loop::step);
        int length = loop.length();
        if (length > CHUNK) {
            int parts = Math.ceilDiv(length, CHUNK);
            pool.run(Math.toIntExact(loop.rows() * parts), task -> {
                int from = task % parts * CHUNK;
                int row = task / parts;
                loop.forEach(row, row + 1, at -> {
                    for (int v = 0; v < at.length; v++) {
                        at[v] += from * step[v];
                    }
                    body.run(at, step, Math.min(CHUNK, length - from));
                });
            });
            return;
        }
        long together = CHUNK / length;
        int tasks = Math.toIntExact(Math.ceilDiv(loop.rows(), together));
        pool.run(
                tasks,
                task -> loop.forEach(
                        task * together,
                        Math.min(loop.rows(), (task + 1) * together),
                        at -> body.run(at, step, length)));
    }

    /** Runs an elementwise kernel over float views. The last view is written, the others are read. */
    public void each(Kernel kernel, View... views) {
        float[][] data = new float[views.length][];
        Arrays.setAll(data, v -> views[v].host().floats());
        pieces((at, step, n) -> piece(kernel, data, at, step, n), views);
    }

    private static void piece(Kernel kernel, float[][] data, int[] at, int[] step, int n) {
        int done = 0;
        if (contiguous(step)) {
            done = n - n % Lanes.N;
            if (done > 0) {
                kernel.run(data, at, done);
            }
            if (done == n) {
                return;
            }
        }
        staged(kernel, data, at, step, done, n);
    }

    private static boolean contiguous(int[] step) {
        for (int s : step) {
            if (s != 1) {
                return false;
            }
        }
        return true;
    }

    /** Runs the kernel on elements {@code from} to {@code n}, staged through blocks. */
    private static void staged(Kernel kernel, float[][] data, int[] at, int[] step, int from, int n) {
        int views = data.length;
        int size = Math.min(BLOCK, Lanes.roundUp(n - from, Lanes.N));
        float[][] block = new float[views][];
        int[] where = new int[views];
        // If only whole vectors are left, contiguous views are not staged.
        boolean inVectors = (n - from) % Lanes.N == 0;
        for (int v = 0; v < views; v++) {
            if (step[v] != 1 || !inVectors) {
                block[v] = new float[size];
            }
            if (step[v] == 0) {
                Arrays.fill(block[v], data[v][at[v]]);
            }
        }
        int out = views - 1;
        for (int i = from; i < n; i += size) {
            int count = Math.min(size, n - i);
            int whole = Lanes.roundUp(count, Lanes.N);
            boolean last = i + whole > n;
            float[][] given = block.clone();
            for (int v = 0; v < views; v++) {
                if (step[v] == 1 && !last) {
                    given[v] = data[v];
                    where[v] = at[v] + i;
                } else {
                    where[v] = 0;
                    if (v < out && step[v] != 0) {
                        load(data[v], at[v] + i * step[v], step[v], block[v], count);
                    }
                }
            }
            kernel.run(given, where, whole);
            if (given[out] == block[out]) {
                store(block[out], data[out], at[out] + i * step[out], step[out], count);
            }
        }
    }

    public static void load(float[] x, int at, int step, float[] block, int n) {
        load(x, at, step, block, 0, n);
    }

    public static void load(float[] x, int at, int step, float[] block, int to, int n) {
        if (step == 1) {
            System.arraycopy(x, at, block, to, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            block[to + i] = x[at + i * step];
        }
    }

    public static void store(float[] block, float[] x, int at, int step, int n) {
        store(block, 0, x, at, step, n);
    }

    public static void store(float[] block, int from, float[] x, int at, int step, int n) {
        if (step == 1) {
            System.arraycopy(block, from, x, at, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            x[at + i * step] = block[from + i];
        }
    }
}
