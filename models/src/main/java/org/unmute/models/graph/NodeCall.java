package org.unmute.models.graph;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;

/**
 * A node with what it reads.
 *
 * @param opset version of the operators
 * @param inputs null for an optional input that is left out
 */
record NodeCall(GraphNode node, int opset, List<@Nullable GraphValue> inputs) {
    /** The i-th input, which must be there. */
    GraphValue value(int i) {
        GraphValue v = optional(i);
        if (v == null) {
            throw new IllegalArgumentException("its input " + i + " is missing");
        }
        return v;
    }

    /** The i-th input, or null. */
    @Nullable
    GraphValue optional(int i) {
        return i < inputs.size() ? inputs.get(i) : null;
    }

    Tensor tensor(int i) {
        return value(i).tensor();
    }

    /** The i-th input in the type and on the backend of the first, or null. */
    @Nullable
    Tensor optionalTensor(int i) {
        GraphValue v = optional(i);
        return v == null ? null : v.like(tensor(0));
    }

    /** The i-th input as whole numbers, or null. */
    long @Nullable [] longs(int i) {
        GraphValue v = optional(i);
        return v == null ? null : v.toLongs();
    }

    /** Axes from the i-th input or, before they were inputs, the attribute; null if there are none. */
    long @Nullable [] axes(int i) {
        long[] axes = longs(i);
        return axes == null ? node.wholes("axes") : axes;
    }

    /** An axis from 0 on, of a tensor of this rank. */
    static int axis(long axis, int rank) {
        long a = axis < 0 ? axis + rank : axis;
        if (a < 0 || a >= rank) {
            throw new IllegalArgumentException("there is no axis " + axis + ", there are " + rank);
        }
        return (int) a;
    }

    /** The first input's axis that an attribute names. */
    int axis(String attribute, long otherwise) {
        return axis(node.whole(attribute, otherwise), value(0).rank());
    }

    /** A result of the first input's type. */
    GraphValue result(Tensor tensor) {
        return new GraphValue(value(0).type(), tensor);
    }

    /**
     * {@link #together}, for operands that broadcast.
     *
     * @throws IllegalArgumentException if they do not, or the result has too many elements
     */
    List<Tensor> operands() {
        List<Tensor> all = together();
        Shape shape = all.getFirst().shape();
        for (Tensor t : all) {
            shape = Shape.broadcast(node.type(), shape, t.shape());
        }
        GraphValue.bounded(shape.toArray());
        return all;
    }

    /** All inputs on one backend and in one type: the first that is not on the host only, in the widest type. */
    List<Tensor> together() {
        Tensor to = tensor(0);
        boolean wide = true;
        for (GraphValue v : inputs) {
            if (v != null && v.type().isFloating()) {
                to = v.tensor();
                break;
            }
        }
        for (GraphValue v : inputs) {
            wide &= v == null || v.tensor().dtype() == DType.F64;
        }
        Backend backend = to.backend();
        DType type = wide ? DType.F64 : to.dtype();
        List<Tensor> all = new ArrayList<>();
        for (GraphValue v : inputs) {
            if (v != null) {
                all.add(GraphValue.moved(v.tensor(), backend, type));
            }
        }
        return all;
    }
}
