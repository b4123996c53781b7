package org.unmute.kernels.vector.attention;

import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.backend.View;

/**
 * The term {@code gate bias} of the scores of a head. Contiguous rows are read in place, others through a copy.
 *
 * @param scores {@code [queries, keys]}
 * @param gate {@code [queries, 1]}, or null
 * @param copy a row padded to whole vectors; null if rows are read in place
 */
record BiasRows(View scores, View gate, float[] copy) {
    static BiasRows of(View scores, View gate) {
        boolean apart = scores.stride(1) != 1;
        return new BiasRows(
                scores, gate, apart ? new float[Lanes.roundUp(scores.shape().dim(1), Lanes.N)] : null);
    }

    /** The array that holds the row found by {@link #start}. */
    float[] data() {
        return copy == null ? scores.host().floats() : copy;
    }

    /** Where the row of a query starts. The next call may overwrite the row. */
    int start(int query) {
        int at = Math.toIntExact(scores.offset() + query * scores.stride(0));
        if (copy == null) {
            return at;
        }
        ElementLoops.load(
                scores.host().floats(),
                at,
                Math.toIntExact(scores.stride(1)),
                copy,
                scores.shape().dim(1));
        return 0;
    }

    /** The factor for the row of a query. */
    float factor(int query) {
        return gate == null ? 1 : gate.host().floats()[Math.toIntExact(gate.offset() + query * gate.stride(0))];
    }
}
