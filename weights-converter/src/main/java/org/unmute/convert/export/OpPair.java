package org.unmute.convert.export;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Op;

/**
 * One op in both records of a function.
 *
 * @param in the translation that it belongs to
 * @param op of the first record
 * @param result of the first record
 * @param other of the second
 * @param otherResult of the second
 */
record OpPair(
        Translation in,
        @Nullable Op op,
        Tensor result,
        @Nullable Op other,
        Tensor otherResult) {
    OnnxGraph graph() {
        return in.graph();
    }

    /** The name of an input of {@link #op}. */
    String value(Tensor input) {
        return in.value(input, partner(input));
    }

    /** The input of {@link #other} in the place of an input of {@link #op}. */
    Tensor partner(Tensor input) {
        List<Tensor> inputs = op.inputs();
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) == input) {
                return other.inputs().get(i);
            }
        }
        throw new IllegalArgumentException("export: " + op.name() + " does not read " + input);
    }

    /** Whether a constant, equal in both records, is this input. */
    boolean isConstant(Tensor input) {
        return input == partner(input) && input.origin() == null;
    }

    /** {@code x · wᵀ} for the input {@code w [out, in]}. */
    String timesTransposed(String x, Tensor w) {
        String constant = in.transposed(w, partner(w));
        return graph().node("MatMul", x, constant == null ? swapped(value(w), 2) : constant);
    }

    /** A value with its last two axes exchanged. */
    String swapped(String value, int rank) {
        long[] order = new long[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i < rank - 2 ? i : 2L * rank - 3 - i;
        }
        return graph().node("Transpose", new String[] {value}, OnnxGraph.integers("perm", order));
    }

    /** The value of an input in the shape of the result. */
    String reshaped(Tensor x) {
        return in.reshape(value(x), x.shape(), partner(x).shape(), result.shape(), otherResult.shape());
    }

    /** A size that is the same in both records. */
    long fixed(String what, long a, long b) {
        if (a != b) {
            throw new ExportException("export: " + op.name() + ": " + what + " is " + a + " or " + b
                    + ", which depends on the size of the input: it has no form as one graph");
        }
        return a;
    }

    /** For an op that was added to the engine and has no nodes yet. */
    ExportException unknown() {
        return new ExportException("export: op " + op.name() + " has no form as nodes: add one to the class of its"
                + " family in " + getClass().getPackageName());
    }

    /** The sizes of an input along the last axes, the same in both records. */
    long fixedSize(Tensor x, int axis) {
        Shape other = partner(x).shape();
        return fixed("axis " + axis + " of " + x.shape(), x.size(axis), other.size(axis));
    }
}
