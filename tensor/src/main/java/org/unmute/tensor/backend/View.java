package org.unmute.tensor.backend;

import java.util.Arrays;
import java.util.Optional;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;

/**
 * The layout of a tensor in a buffer: a shape, the position of the first element and the stride of each axis, in
 * elements. A stride of 0 repeats an element (broadcasting), and a negative stride reverses the axis. Rows may be
 * padded. Immutable: methods that change the layout return another view of the same memory.
 */
public final class View {
    private final Buffer buffer;
    private final Shape shape;
    private final long offset;
    private final long[] strides;

    /** A view of {@code buffer}; {@code strides} has one entry for each axis, in elements. */
    public View(Buffer buffer, Shape shape, long offset, long... strides) {
        if (strides.length != shape.rank()) {
            throw new IllegalArgumentException("view: " + strides.length + " strides for shape " + shape);
        }
        this.buffer = buffer;
        this.shape = shape;
        this.offset = offset;
        this.strides = strides;
    }

    /** A dense row-major view of a buffer, from its first element. */
    public static View dense(Buffer buffer, Shape shape) {
        return new View(buffer, shape, 0, denseStrides(shape));
    }

    /** Row-major strides without gaps. */
    public static long[] denseStrides(Shape shape) {
        long[] s = new long[shape.rank()];
        long step = 1;
        for (int i = s.length - 1; i >= 0; i--) {
            s[i] = step;
            step *= Math.max(1, shape.size(i));
        }
        return s;
    }

    /** Closes the buffers of temporary views. */
    static void close(View... temporaries) {
        for (View v : temporaries) {
            v.buffer.close();
        }
    }

    public Buffer buffer() {
        return buffer;
    }

    public DType dtype() {
        return buffer.dtype();
    }

    public Shape shape() {
        return shape;
    }

    /** Position of the first element. */
    public long offset() {
        return offset;
    }

    /** Distance between adjacent elements along an axis, in elements. */
    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    /** The Java array behind a view on a CPU backend. */
    public HostBuffer host() {
        return (HostBuffer) buffer;
    }

    /** Whether the elements lie in row-major order without gaps. */
    public boolean isDense() {
        long step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            if (shape.size(i) != 1) {
                if (strides[i] != step) {
                    return false;
                }
                step *= shape.size(i);
            }
        }
        return true;
    }

    /** Reorders axes: axis {@code i} of the result is axis {@code order[i]} of this view. */
    public View permute(int... order) {
        long[] sizes = new long[order.length];
        long[] steps = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            sizes[i] = shape.size(order[i]);
            steps[i] = stride(order[i]);
        }
        return new View(buffer, Shape.of(sizes), offset, steps);
    }

    /** Swaps two axes. */
    public View transpose(int a, int b) {
        return permute(shape.exchanged(a, b));
    }

    /** Repeats elements along new leading axes and axes of size 1, up to the given shape. */
    public View expand(Shape to) {
        int lead = to.rank() - shape.rank();
        if (lead < 0) {
            throw new IllegalArgumentException(
                    "expand: " + shape + " does not expand to " + to + ", which has fewer axes");
        }
        long[] steps = new long[to.rank()];
        for (int i = 0; i < to.rank(); i++) {
            long own = i < lead ? 1 : shape.size(i - lead);
            if (own != to.size(i) && own != 1) {
                throw new IllegalArgumentException("expand: " + shape + " does not expand to " + to);
            }
            steps[i] = own == 1 ? 0 : strides[i - lead];
        }
        return new View(buffer, to, offset, steps);
    }

    /** {@code count} elements along an axis: {@code start, start + step, …}. The step may be negative. */
    public View slice(int axis, long start, long count, long step) {
        int a = shape.axis(axis);
        if (step == 0 || count > shape.size(a)) {
            throw new IllegalArgumentException("slice: " + count + " elements by " + step + " along axis " + a + " of "
                    + shape + ": the step must not be 0 and the count at most the size");
        }
        long last = start + (count - 1) * step;
        if (count < 0 || count > 0 && (start < 0 || start >= shape.size(a) || last < 0 || last >= shape.size(a))) {
            throw new IllegalArgumentException("slice: elements " + start + " to " + last + " by " + step
                    + " lie outside axis " + a + " of " + shape);
        }
        long[] steps = strides.clone();
        steps[a] *= step;
        return new View(buffer, shape.with(a, count), count == 0 ? offset : offset + start * strides[a], steps);
    }

    /** One position along an axis, which is removed. */
    public View select(int axis, long index) {
        int a = shape.axis(axis);
        View one = slice(a, index, 1, 1);
        long[] steps = new long[strides.length - 1];
        for (int i = 0, j = 0; i < strides.length; i++) {
            if (i != a) {
                steps[j++] = strides[i];
            }
        }
        return new View(buffer, shape.without(a), one.offset, steps);
    }

    /** Inserts an axis of size 1 before position {@code at} (0 to rank; -1 is after the last). */
    public View insert(int at) {
        Shape to = shape.insert(at, 1);
        int axis = at < 0 ? at + to.rank() : at;
        long[] steps = new long[strides.length + 1];
        System.arraycopy(strides, 0, steps, 0, axis);
        System.arraycopy(strides, axis, steps, axis + 1, strides.length - axis);
        return new View(buffer, to, offset, steps);
    }

    /** The same elements in row-major order in another shape; empty if that needs a copy. */
    public Optional<View> reshape(Shape to) {
        if (to.elements() != shape.elements()) {
            throw new IllegalArgumentException(
                    "reshape: " + shape + " has " + shape.elements() + " elements, " + to + " has " + to.elements());
        }
        if (to.equals(shape)) {
            return Optional.of(this);
        }
        if (shape.elements() <= 1) {
            return Optional.of(new View(buffer, to, offset, denseStrides(to)));
        }
        long[] steps = new long[to.rank()];
        int next = to.rank() - 1;
        int axis = shape.rank() - 1;
        while (axis >= 0) {
            // A run of axes that can be addressed as one axis.
            long size = shape.size(axis);
            long step = strides[axis];
            while (axis > 0 && (shape.size(axis - 1) == 1 || size == 1 || strides[axis - 1] == step * size)) {
                axis--;
                if (size == 1) {
                    step = strides[axis];
                }
                size *= shape.size(axis);
            }
            long filled = 1;
            while (next >= 0 && (filled < size || to.size(next) == 1)) {
                steps[next] = step * filled;
                filled *= to.size(next--);
            }
            if (filled != size) {
                return Optional.empty();
            }
            axis--;
        }
        return Optional.of(new View(buffer, to, offset, steps));
    }

    @Override
    public String toString() {
        return dtype() + shape.toString() + " at " + offset + " by " + Arrays.toString(strides);
    }
}
