package org.unmute.kernels.vector.runtime;

import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;

/** Tables of buffer offsets, for kernels with their own iteration order. */
public final class Offsets {
    private Offsets() {}

    /** The offsets of all elements in row-major order, for each of several views of one shape. */
    public static int[][] ofElements(View... views) {
        RowLoop loop = new RowLoop(views);
        int n = loop.length();
        int[][] table = new int[views.length][Math.toIntExact(views[0].shape().elements())];
        int[] next = {0};
        loop.forEach(at -> {
            for (int v = 0; v < at.length; v++) {
                for (int i = 0; i < n; i++) {
                    table[v][next[0] + i] = at[v] + i * loop.step(v);
                }
            }
            next[0] += n;
        });
        return table;
    }

    /** The offset of each row (last axis); empty if the view is empty. */
    public static int[] ofRows(View x) {
        if (x.shape().elements() == 0) {
            return new int[0];
        }
        return ofElements(x.select(-1, 0))[0];
    }
}
