package org.unmute.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The sizes of a tensor's axes, outermost first; a scalar has no axes. Immutable. */
public final class Shape {
    private static final int MAX_RANK = 8;
    private final long[] sizes;
    private final long elements;

    private Shape(long[] sizes) {
        if (sizes.length > MAX_RANK) {
            throw new IllegalArgumentException("shape: more than " + MAX_RANK + " axes: " + Arrays.toString(sizes));
        }
        long n = 1;
        for (long s : sizes) {
            if (s < 0) {
                throw new IllegalArgumentException("shape: negative size: " + Arrays.toString(sizes));
            }
            try {
                n = Math.multiplyExact(n, s);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("shape: too many elements: " + Arrays.toString(sizes), e);
            }
        }
        this.sizes = sizes;
        this.elements = n;
    }

    /** A shape of these sizes, outermost first. */
    public static Shape of(long... sizes) {
        return new Shape(sizes.clone());
    }

    /** A shape with all sizes 1. */
    public static Shape ones(int rank) {
        long[] s = new long[rank];
        Arrays.fill(s, 1);
        return new Shape(s);
    }

    /** Number of axes. */
    public int rank() {
        return sizes.length;
    }

    /** Number of elements; 1 for a scalar. */
    public long elements() {
        return elements;
    }

    /** Size of an axis; negative axes count from the end, -1 being the last. */
    public long size(int axis) {
        return sizes[axis(axis)];
    }

    /** Size of an axis as an {@code int}, for loops over Java arrays. */
    public int dim(int axis) {
        return Math.toIntExact(size(axis));
    }

    /** A copy of the sizes. */
    public long[] toArray() {
        return sizes.clone();
    }

    /**
     * The number of an axis counted from 0, given one that may be negative and count from the end.
     *
     * @throws IllegalArgumentException if there is no such axis
     */
    public int axis(int axis) {
        int a = axis < 0 ? axis + sizes.length : axis;
        if (a < 0 || a >= sizes.length) {
            throw new IllegalArgumentException("axis " + axis + " does not exist in shape " + this);
        }
        return a;
    }

    /** The axes in order, with two of them swapped; for {@code permute}. */
    public int[] exchanged(int a, int b) {
        int[] order = new int[sizes.length];
        Arrays.setAll(order, i -> i);
        order[axis(a)] = axis(b);
        order[axis(b)] = axis(a);
        return order;
    }

    /** This shape with one size replaced. */
    public Shape with(int axis, long size) {
        long[] s = sizes.clone();
        s[axis(axis)] = size;
        return new Shape(s);
    }

    /** This shape without one axis. */
    public Shape without(int axis) {
        int a = axis(axis);
        long[] s = new long[sizes.length - 1];
        System.arraycopy(sizes, 0, s, 0, a);
        System.arraycopy(sizes, a + 1, s, a, s.length - a);
        return new Shape(s);
    }

    /** This shape with a new axis of the given size before position {@code at} (0 to rank; -1 is after the last). */
    public Shape insert(int at, long size) {
        int axis = at < 0 ? at + sizes.length + 1 : at;
        if (axis < 0 || axis > sizes.length) {
            throw new IllegalArgumentException("insert: no axis can go to position " + at + " of " + this);
        }
        long[] s = new long[sizes.length + 1];
        System.arraycopy(sizes, 0, s, 0, axis);
        s[axis] = size;
        System.arraycopy(sizes, axis, s, axis + 1, sizes.length - axis);
        return new Shape(s);
    }

    /** The first {@code n} axes. */
    public Shape head(int n) {
        return new Shape(Arrays.copyOf(sizes, n));
    }

    /** The axes from {@code from} to the last. */
    public Shape tail(int from) {
        return new Shape(Arrays.copyOfRange(sizes, from, sizes.length));
    }

    /** The axes of this shape followed by those of another. */
    public Shape concat(Shape other) {
        long[] s = Arrays.copyOf(sizes, sizes.length + other.sizes.length);
        System.arraycopy(other.sizes, 0, s, sizes.length, other.sizes.length);
        return new Shape(s);
    }

    /**
     * The shape of two operands broadcast against each other: axes are right-aligned and sizes of 1 expand.
     *
     * @param operation the operation's name, for the error message
     * @throws IllegalArgumentException if the shapes do not broadcast
     */
    public static Shape broadcast(String operation, Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        long[] s = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long x = i <= a.rank() ? a.sizes[a.rank() - i] : 1;
            long y = i <= b.rank() ? b.sizes[b.rank() - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new IllegalArgumentException(operation + ": shapes do not broadcast: a is " + a + ", b is " + b);
            }
            s[rank - i] = x == 1 ? y : x;
        }
        return new Shape(s);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Shape other && Arrays.equals(sizes, other.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
