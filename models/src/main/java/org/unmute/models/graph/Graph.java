package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * The graph of a file. {@link #checked} says everything that cannot be computed before anything is; {@link #run}
 * computes it on the current backend.
 *
 * @param file its name, for messages
 * @param opset version of the operators
 * @param nodes in the file's order; after {@link #checked}, each after those that it reads
 * @param constants weights by their names
 * @param inputs what it is given
 * @param outputs names of what it computes
 * @param metadata of the file
 */
record Graph(
        String file,
        int opset,
        List<GraphNode> nodes,
        Map<String, GraphValue> constants,
        List<GraphInput> inputs,
        List<String> outputs,
        Map<String, String> metadata) {
    /**
     * The same graph with its nodes in an order in which they can run, and with what follows from constants alone
     * computed.
     *
     * @throws UnusableCheckpointException naming every node that cannot be computed
     */
    Graph checked() {
        Graph sorted = new Graph(file, opset, GraphCheck.sorted(this), constants, inputs, outputs, metadata);
        return sorted.folded();
    }

    private Graph folded() {
        Map<String, GraphValue> known = new HashMap<>(constants);
        List<GraphNode> rest = new ArrayList<>();
        for (GraphNode node : nodes) {
            boolean constant = node.inputs().stream().allMatch(name -> name.isEmpty() || known.containsKey(name));
            if (!constant) {
                rest.add(node);
                continue;
            }
            try (TensorScope _ = new TensorScope()) {
                List<GraphValue> results = compute(node, known);
                for (int i = 0; i < results.size(); i++) {
                    known.put(node.outputs().get(i), results.get(i).kept());
                }
            }
        }
        return new Graph(file, opset, rest, known, inputs, outputs, metadata);
    }

    private List<GraphValue> compute(GraphNode node, Map<String, GraphValue> values) {
        List<@Nullable GraphValue> read = new ArrayList<>();
        for (String name : node.inputs()) {
            read.add(name.isEmpty() ? null : values.get(name));
        }
        try {
            return GraphOps.of(node).compute().apply(new NodeCall(node, opset, read));
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            throw new UnusableCheckpointException(
                    file + ": " + node.label() + ": " + e.getMessage() + ": its inputs are " + described(read), e);
        }
    }

    private static String described(List<@Nullable GraphValue> read) {
        return String.join(
                ", ",
                read.stream()
                        .map(v -> v == null ? "none" : v.type() + "" + v.shape())
                        .toList());
    }

    /**
     * The nodes that compute some values from others, in order.
     *
     * @param from names of values that are given
     * @param wanted names of values to be computed
     * @return null if they also depend on something that is not given
     */
    @Nullable
    List<GraphNode> between(Collection<String> from, Collection<String> wanted) {
        Set<String> needed = new HashSet<>(wanted);
        needed.removeAll(from);
        needed.removeAll(constants.keySet());
        List<GraphNode> reversed = new ArrayList<>();
        for (GraphNode node : nodes.reversed()) {
            boolean used = false;
            for (String output : node.outputs()) {
                used |= needed.remove(output);
            }
            if (used) {
                reversed.add(node);
                for (String input : node.inputs()) {
                    if (!input.isEmpty() && !from.contains(input) && !constants.containsKey(input)) {
                        needed.add(input);
                    }
                }
            }
        }
        return needed.isEmpty() ? reversed.reversed() : null;
    }

    /**
     * Computes values; those in between are released as soon as nothing reads them.
     *
     * @param plan what {@link #between} gave
     * @param given values by name
     * @param wanted names of the results
     * @throws UnusableCheckpointException naming the node whose inputs do not fit each other
     */
    Map<String, GraphValue> run(List<GraphNode> plan, Map<String, GraphValue> given, Collection<String> wanted) {
        Map<String, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < plan.size(); i++) {
            for (String name : plan.get(i).inputs()) {
                lastUse.put(name, i);
            }
        }
        Map<String, GraphValue> values = new HashMap<>(constants);
        values.putAll(given);
        // What is given is not released either, nor what shares its memory.
        Map<String, GraphValue> live = new HashMap<>(given);
        try (TensorScope scope = new TensorScope()) {
            for (int i = 0; i < plan.size(); i++) {
                GraphNode node = plan.get(i);
                List<GraphValue> results = computeAndKeep(node, values);
                for (int j = 0; j < Math.min(results.size(), node.outputs().size()); j++) {
                    values.put(node.outputs().get(j), results.get(j));
                    live.put(node.outputs().get(j), results.get(j));
                }
                for (String name : node.inputs()) {
                    if (lastUse.get(name) == i
                            && live.containsKey(name)
                            && !given.containsKey(name)
                            && !wanted.contains(name)) {
                        release(live.remove(name).tensor(), live.values());
                    }
                }
            }
            Map<String, GraphValue> results = new HashMap<>();
            for (String name : wanted) {
                GraphValue value = values.get(name);
                if (value == null) {
                    throw new IllegalStateException("graph: no value " + quote(name));
                }
                scope.keep(value.tensor());
                results.put(name, value);
            }
            return results;
        }
    }

    private List<GraphValue> computeAndKeep(GraphNode node, Map<String, GraphValue> values) {
        try (TensorScope inner = new TensorScope()) {
            List<GraphValue> results = compute(node, values);
            results.forEach(value -> inner.keep(value.tensor()));
            return results;
        }
    }

    /** Values may be views of each other's memory. */
    private static void release(Tensor tensor, Collection<GraphValue> live) {
        if (live.stream()
                .noneMatch(v -> v.tensor().view().buffer() == tensor.view().buffer())) {
            TensorScope.release(tensor);
        }
    }
}
