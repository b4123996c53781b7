package org.unmute.kernels.vector.gemm;

import static org.unmute.kernels.vector.runtime.Lanes.F;
import static org.unmute.kernels.vector.runtime.Lanes.N;

import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.StridedRows;

/**
 * Applied to the results of a product while they are in L1: {@code activation(result + bias) + residual}. As separate
 * passes, activation and residual would each fetch the results from L3 again; for GELU on the 3072 columns of a ViT's
 * MLP that would cost as much as the function itself.
 *
 * <p>Every element goes through the same instructions as in separate passes, whatever its position.
 *
 * @param bias one value per column, padded to whole vectors, or null
 * @param activation kernel from the first array to the second, or null
 * @param residual of the shape of the result, in any strides, or null
 */
record Epilogue(float[] bias, ElementLoops.Kernel activation, StridedRows residual) {
    /** Leaves results unchanged. */
    static final Epilogue NONE = new Epilogue(null, null, null);

    /** Applies to columns {@code [from, to)} of {@code rows} rows from {@code first} on. */
    void apply(StridedRows out, int first, int rows, int from, int to) {
        if (bias == null && activation == null && residual == null) {
            return;
        }
        boolean whole = out.step() == 1 && (residual == null || residual.step() == 1);
        int end = whole ? from + (to - from) / N * N : from;
        float[][] data = {out.data(), out.data()};
        int[] at = new int[2];
        float[] block = end < to ? new float[N] : null;
        for (int r = first; r < first + rows; r++) {
            if (end > from) {
                row(out, r, from, end, data, at);
            }
            for (int j = end; j < to; j += N) {
                part(out, r, j, Math.min(N, to - j), block);
            }
        }
    }

    /** Applies the epilogue to whole vectors, in place. */
    private void row(StridedRows out, int r, int from, int to, float[][] data, int[] at) {
        float[] c = out.data();
        int start = out.start()[r];
        if (bias != null) {
            add(bias, from, c, start + from, to - from);
        }
        if (activation != null) {
            at[0] = start + from;
            at[1] = start + from;
            activation.run(data, at, to - from);
        }
        if (residual != null) {
            add(residual.data(), residual.start()[r] + from, c, start + from, to - from);
        }
    }

    /** A separate method: inside {@link #row} the compiler did not always inline loads, and boxed vectors. */
    private static void add(float[] x, int from, float[] c, int to, int n) {
        for (int j = 0; j < n; j += N) {
            FloatVector.fromArray(F, c, to + j)
                    .add(FloatVector.fromArray(F, x, from + j))
                    .intoArray(c, to + j);
        }
    }

    /** Applies the epilogue to at most one vector of elements at any stride, staged through a block. */
    private void part(StridedRows out, int r, int column, int n, float[] block) {
        int start = out.start()[r] + column * out.step();
        ElementLoops.load(out.data(), start, out.step(), block, n);
        if (bias != null) {
            for (int j = 0; j < n; j++) {
                block[j] += bias[column + j];
            }
        }
        if (activation != null) {
            activation.run(new float[][] {block, block}, new int[2], N);
        }
        if (residual != null) {
            int other = residual.start()[r] + column * residual.step();
            for (int j = 0; j < n; j++) {
                block[j] = residual.data()[other + j * residual.step()] + block[j];
            }
        }
        ElementLoops.store(block, out.data(), start, out.step(), n);
    }
}
