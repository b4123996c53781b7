package org.unmute.kernels.device.backend;

import java.util.Arrays;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/**
 * A nested loop over up to five views of one shape, in the form that kernels read (struct {@code StridedLoop} in {@code
 * portable.h}). Adjacent axes that are contiguous in every view are merged, so that dense tensors have one long axis.
 *
 * @param count number of elements
 * @param sizes sizes of the axes, fastest first; at least one
 * @param offsets first element of each view
 * @param strides [view][axis]
 */
record StridedLoop(long count, long[] sizes, long[] offsets, long[][] strides) {
    /** Max rank of a shape. */
    static final int AXES = 8;

    static final int VIEWS = 5;

    static StridedLoop of(View... views) {
        Shape shape = views[0].shape();
        int rank = shape.rank();
        long[] sizes = new long[Math.max(1, rank)];
        long[][] strides = new long[views.length][Math.max(1, rank)];
        sizes[0] = 1;
        int axes = 0;
        for (int axis = rank - 1; axis >= 0; axis--) {
            long size = shape.size(axis);
            if (size == 1) {
                continue;
            }
            boolean joins = axes > 0;
            for (int v = 0; v < views.length && joins; v++) {
                joins = views[v].stride(axis) == strides[v][axes - 1] * sizes[axes - 1];
            }
            if (joins) {
                sizes[axes - 1] *= size;
                continue;
            }
            sizes[axes] = size;
            for (int v = 0; v < views.length; v++) {
                strides[v][axes] = views[v].stride(axis);
            }
            axes++;
        }
        int used = Math.max(1, axes);
        for (int v = 0; v < views.length; v++) {
            strides[v] = Arrays.copyOf(strides[v], used);
        }
        return new StridedLoop(
                shape.elements(),
                Arrays.copyOf(sizes, used),
                Arrays.stream(views).mapToLong(View::offset).toArray(),
                strides);
    }

    /** The members of the struct, in order. */
    long[] members() {
        long[] m = new long[2 + AXES + VIEWS + VIEWS * AXES];
        m[0] = count;
        m[1] = sizes.length;
        System.arraycopy(sizes, 0, m, 2, sizes.length);
        System.arraycopy(offsets, 0, m, 2 + AXES, offsets.length);
        for (int v = 0; v < strides.length; v++) {
            System.arraycopy(strides[v], 0, m, 2 + AXES + VIEWS + v * AXES, sizes.length);
        }
        return m;
    }
}
