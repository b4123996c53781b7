package org.unmute.models.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/**
 * The position of a tensor in its storage.
 *
 * @param strides stride of each axis, in elements
 * @param storage bytes of the storage
 * @param start   offset of element 0 in the storage, in bytes
 * @param record  the archive record to verify before reading; null if there is none
 */
record TensorView(
        StoredType type,
        Shape shape,
        long[] strides,
        MemorySegment storage,
        long start,
        ZipRecords.@Nullable Entry record) {
    private static final int ALIGNMENT = 8;

    /** Creates the view of a tensor that has already been checked against its storage. */
    static TensorView of(PickleNode.Tensor t, MemorySegment storage, ZipRecords.@Nullable Entry record) {
        long start = t.storage().first() * t.storage().type().bytes()
                + t.offset() * t.type().bytes();
        return new TensorView(t.type(), Shape.of(t.sizes()), t.strides(), storage, start, record);
    }

    long bytes() {
        return shape.elements() * type.bytes();
    }

    /** Whether the elements are contiguous in row-major order. */
    boolean isContiguous() {
        return shape.elements() == 0 || runAxes() == 0;
    }

    /** The first axis from which the elements are contiguous; the rank if not even the last axis is. */
    private int runAxes() {
        long step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.size(axis) != 1 && strides[axis] != step) {
                return axis + 1;
            }
            step *= shape.size(axis);
        }
        return 0;
    }

    void verify() throws MalformedFileException {
        if (record != null) {
            record.verify();
        }
    }

    StoredTensor read(String name) throws MalformedFileException {
        verify();
        if (shape.elements() == 0) {
            return new StoredTensor(name, type, shape, storage.asSlice(0, 0));
        }
        return new StoredTensor(name, type, shape, isContiguous() ? storage.asSlice(start, bytes()) : gathered());
    }

    private MemorySegment gathered() {
        int axes = runAxes();
        long run = type.bytes();
        for (int axis = axes; axis < shape.rank(); axis++) {
            run *= shape.size(axis);
        }
        MemorySegment out = Arena.ofAuto().allocate(bytes(), ALIGNMENT);
        long[] index = new long[axes];
        long from = start;
        for (long to = 0; to < out.byteSize(); to += run) {
            MemorySegment.copy(storage, from, out, to, run);
            for (int axis = axes - 1; axis >= 0; axis--) {
                from += strides[axis] * type.bytes();
                if (++index[axis] < shape.size(axis)) {
                    break;
                }
                from -= index[axis] * strides[axis] * type.bytes();
                index[axis] = 0;
            }
        }
        return out.asReadOnly();
    }
}
