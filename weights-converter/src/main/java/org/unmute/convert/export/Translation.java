package org.unmute.convert.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.AttentionOps;
import org.unmute.tensor.op.CustomOp;
import org.unmute.tensor.op.ElementwiseOps;
import org.unmute.tensor.op.IndexingOps;
import org.unmute.tensor.op.LayoutOps;
import org.unmute.tensor.op.LossOps;
import org.unmute.tensor.op.NormalizationOps;
import org.unmute.tensor.op.Op;
import org.unmute.tensor.op.ProductOps;
import org.unmute.tensor.op.PrototypeOps;
import org.unmute.tensor.op.ReductionOps;
import org.unmute.tensor.op.UnfoldingOps;

/**
 * Two records of one function, of inputs of different sizes and values, as nodes of a graph. What is equal in both is a
 * constant of the graph; what differs must follow from the sizes of the inputs. A value that the engine computed
 * without recording it, and that depends on the input, differs as well, so it is refused, not frozen into the graph.
 */
final class Translation {
    private final OnnxGraph graph;
    private final OpRecord one;
    private final OpRecord two;
    private final List<String> inputs;
    private final boolean packed;
    private final Map<Tensor, String> names = new IdentityHashMap<>();
    private final Map<Tensor, String> transposed = new IdentityHashMap<>();
    private final Map<Tensor, String> known;

    /**
     * @param inputs names of the graph's values that are the function's inputs
     * @param known names of weights that have one
     * @param packed whether the signs of binary prototypes are stored as bits
     */
    Translation(
            OnnxGraph graph,
            OpRecord one,
            OpRecord two,
            List<String> inputs,
            Map<Tensor, String> known,
            boolean packed) {
        this.graph = graph;
        this.one = one;
        this.two = two;
        this.inputs = inputs;
        this.known = known;
        this.packed = packed;
    }

    /**
     * Adds all nodes.
     *
     * @return names of the results
     * @throws ExportException if an op has no form as nodes, or a value depends on the input without being recorded
     */
    List<String> run() {
        if (one.steps().size() != two.steps().size()) {
            throw new ExportException("export: the network runs " + one.steps().size() + " or "
                    + two.steps().size() + " ops, which depends on its input: it has no form as one graph");
        }
        for (int i = 0; i < inputs.size(); i++) {
            names.put(one.inputs().get(i), inputs.get(i));
        }
        for (int i = 0; i < one.steps().size(); i++) {
            Tensor result = one.steps().get(i);
            OpPair pair = new OpPair(
                    this,
                    result.origin(),
                    result,
                    two.steps().get(i).origin(),
                    two.steps().get(i));
            names.put(result, add(pair));
        }
        List<String> results = new ArrayList<>();
        for (int i = 0; i < one.results().size(); i++) {
            results.add(value(one.results().get(i), two.results().get(i)));
        }
        return results;
    }

    private static String add(OpPair pair) {
        Op op = pair.op();
        if (op.getClass() != pair.other().getClass()) {
            throw new ExportException("export: the network runs " + op.name() + " or "
                    + pair.other().name() + ", which depends on its input: it has no form as one graph");
        }
        return switch (op) {
            case ElementwiseOps e -> ElementwiseNodes.add(pair, e);
            case ReductionOps r -> ReductionNodes.add(pair, r);
            case ProductOps p -> ProductNodes.add(pair, p);
            case NormalizationOps n -> NormalizationNodes.add(pair, n);
            case LayoutOps l -> LayoutNodes.add(pair, l);
            case IndexingOps i -> LayoutNodes.add(pair, i);
            case UnfoldingOps u -> UnfoldingNodes.add(pair, u);
            case AttentionOps a -> AttentionNodes.add(pair, a);
            case PrototypeOps p -> PrototypeNodes.add(pair, p);
            case LossOps l -> throw new ExportException("export: " + l.name() + " is for training, not for a graph");
            case CustomOp c ->
                throw new ExportException("export: " + c.name() + " is an op of your own, which has no form as nodes of"
                        + " a graph: " + c.getClass().getName() + ": compose it from the engine's ops");
        };
    }

    OnnxGraph graph() {
        return graph;
    }

    boolean packed() {
        return packed;
    }

    /** The name of a value: an input, a result of an op, or a constant, which is added if it is new. */
    String value(Tensor a, Tensor b) {
        String name = names.get(a);
        if (name == null) {
            name = constant(a, b);
            names.put(a, name);
        }
        return name;
    }

    private String constant(Tensor a, Tensor b) {
        if (a == b) {
            return weight(a);
        }
        if (a.origin() != null || b.origin() != null) {
            throw new IllegalStateException("export: a value was read before it was computed: " + a);
        }
        return a.shape().equals(b.shape()) ? equal(a, b) : repeated(a, b);
    }

    /** A value that was computed anew, without the input. */
    private String equal(Tensor a, Tensor b) {
        if (!Arrays.equals(a.toFloats(), b.toFloats())) {
            throw unrecorded(a);
        }
        return weight(a);
    }

    /** A constant that was repeated for each entry of a batch. */
    private String repeated(Tensor a, Tensor b) {
        Tensor first = a;
        Tensor second = b;
        if (a.rank() != b.rank()) {
            throw unrecorded(a);
        }
        for (int axis = 0; axis < a.rank(); axis++) {
            if (a.size(axis) != b.size(axis)) {
                requireRepeated(a, axis);
                requireRepeated(b, axis);
                first = first.slice(axis, 0, 1);
                second = second.slice(axis, 0, 1);
            }
        }
        return expand(equal(first.detach(), second.detach()), first.shape(), first.shape(), a.shape(), b.shape());
    }

    private static void requireRepeated(Tensor t, int axis) {
        float[] firsts = t.slice(axis, 0, 1).expand(t.shape().toArray()).toFloats();
        if (!Arrays.equals(firsts, t.toFloats())) {
            throw unrecorded(t);
        }
    }

    private static ExportException unrecorded(Tensor t) {
        return new ExportException("export: a value " + t.dtype() + t.shape()
                + " depends on the input, but the engine did not record how: it has no form as a graph");
    }

    private String weight(Tensor t) {
        String name = known.getOrDefault(t, graph.newName("weight"));
        return t.dtype() == DType.I32
                ? graph.weight(
                        name,
                        Arrays.stream(t.toInts()).asLongStream().toArray(),
                        t.shape().toArray())
                : graph.weight(name, t::toFloats, t.shape().toArray());
    }

    /** A constant matrix {@code [out, in]} as {@code [in, out]}, or null if it is no constant. */
    @Nullable
    String transposed(Tensor a, Tensor b) {
        if (a != b || a.origin() != null || names.containsKey(a)) {
            return null;
        }
        return transposed.computeIfAbsent(a, t -> {
            int rows = t.shape().dim(0);
            int columns = t.shape().dim(1);
            return graph.weight(
                    known.getOrDefault(t, graph.newName("weight")),
                    () -> transpose(t.toFloats(), rows, columns),
                    columns,
                    rows);
        });
    }

    private static float[] transpose(float[] x, int rows, int columns) {
        float[] out = new float[x.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                out[c * rows + r] = x[r * columns + c];
            }
        }
        return out;
    }

    /** Adds a node that repeats a value. */
    String expand(String x, Shape from, Shape otherFrom, Shape to, Shape otherTo) {
        String[] sizes = new String[to.rank()];
        for (int i = 0; i < sizes.length; i++) {
            int own = i - (to.rank() - from.rank());
            boolean same = own >= 0 && from.size(own) == to.size(i) && otherFrom.size(own) == otherTo.size(i);
            sizes[i] = same ? graph.integers(1) : size(to.size(i), otherTo.size(i));
        }
        String shape = graph.node("Concat", sizes, OnnxGraph.integer("axis", 0));
        return graph.node("Expand", x, shape);
    }

    /** Adds a node that changes the shape of a value; elements stay in order. */
    String reshape(String x, Shape from, Shape otherFrom, Shape to, Shape otherTo) {
        long[] sizes = new long[to.rank()];
        int open = 0;
        for (int i = 0; i < sizes.length; i++) {
            boolean copied = i < from.rank()
                    && i < otherFrom.rank()
                    && from.size(i) == to.size(i)
                    && otherFrom.size(i) == otherTo.size(i);
            sizes[i] = to.size(i) == otherTo.size(i) ? to.size(i) : copied ? 0 : -1;
            open += sizes[i] == -1 ? 1 : 0;
        }
        if (open <= 1) {
            return graph.node("Reshape", x, graph.integers(sizes));
        }
        String[] parts = new String[sizes.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = size(to.size(i), otherTo.size(i));
        }
        return graph.node("Reshape", x, graph.node("Concat", parts, OnnxGraph.integer("axis", 0)));
    }

    /** The name of a list of one int64: a number, or a multiple of the size of an input. */
    private String size(long a, long b) {
        if (a == b) {
            return graph.integers(a);
        }
        for (int i = 0; i < inputs.size(); i++) {
            Shape own = one.inputs().get(i).shape();
            Shape other = two.inputs().get(i).shape();
            for (int axis = 0; axis < own.rank(); axis++) {
                boolean multiple = own.size(axis) != other.size(axis)
                        && a % own.size(axis) == 0
                        && a / own.size(axis) * other.size(axis) == b;
                if (multiple) {
                    String shape = graph.node("Shape", inputs.get(i));
                    String size = graph.node("Gather", shape, graph.integers(axis));
                    return graph.node("Mul", size, graph.integers(a / own.size(axis)));
                }
            }
        }
        throw new ExportException("export: a size is " + a + " or " + b
                + ", which follows from no size of the input: it has no form as one graph");
    }
}
