package org.unmute.kernels.contract;

import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Memory layouts of a tensor. */
enum Placement {
    /** Row-major without gaps. */
    DENSE,
    /** Rows with a gap after each. */
    PADDED,
    /** Every other element of a larger tensor. */
    STRIDED,
    /** Column-major: the first axis has stride 1. */
    TRANSPOSED,
    /** All strides are negative. */
    NEGATIVE;

    /** The placement {@code steps} after this one; the last is followed by the first. */
    Placement after(long steps) {
        return values()[(int) ((ordinal() + steps) % values().length)];
    }

    /** Strides of a tensor of this shape. */
    long[] strides(Shape shape) {
        int rank = shape.rank();
        long[] dense = View.denseStrides(shape);
        return switch (this) {
            case DENSE -> dense;
            case PADDED -> rank == 0 ? dense : withLast(View.denseStrides(shape.with(-1, shape.size(-1) + 3)), 1);
            case STRIDED -> times(dense, 2);
            case TRANSPOSED -> {
                long[] sizes = shape.toArray();
                long[] steps = new long[rank];
                long step = 1;
                for (int i = 0; i < rank; i++) {
                    steps[i] = step;
                    step *= Math.max(1, sizes[i]);
                }
                yield steps;
            }
            case NEGATIVE -> times(dense, -1);
        };
    }

    private static long[] withLast(long[] strides, long last) {
        strides[strides.length - 1] = last;
        return strides;
    }

    private static long[] times(long[] strides, long factor) {
        for (int i = 0; i < strides.length; i++) {
            strides[i] *= factor;
        }
        return strides;
    }
}
