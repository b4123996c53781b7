package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.models.checkpoint.UnusableCheckpointException;

/** Everything that prevents a graph from being computed, found before anything is. */
final class GraphCheck {
    private static final int NAMED = 20;

    private final Graph graph;
    private final List<String> problems = new ArrayList<>();
    /** The node that computes a value. */
    private final Map<String, GraphNode> sources = new HashMap<>();

    private GraphCheck(Graph graph) {
        this.graph = graph;
    }

    /**
     * The nodes, each after those that it reads.
     *
     * @throws UnusableCheckpointException with a line about every node that cannot be computed
     */
    static List<GraphNode> sorted(Graph graph) {
        GraphCheck check = new GraphCheck(graph);
        graph.nodes().forEach(check::node);
        check.names();
        check.refuse();
        List<GraphNode> order = check.order();
        check.refuse();
        return order;
    }

    private void node(GraphNode node) {
        OpRule rule = GraphOps.of(node);
        String domain = node.domain().isEmpty() ? "" : " of " + quote(node.domain());
        if (rule == null) {
            problems.add(node.label() + domain + ": the op is not supported");
        } else {
            Set<String> unknown = new TreeSet<>(node.attributes().keySet());
            unknown.removeAll(rule.attributes());
            if (!unknown.isEmpty()) {
                problems.add(node.label() + ": " + unknown + " is not supported");
            } else {
                rule.against().apply(node).ifPresent(reason -> problems.add(node.label() + ": " + reason));
            }
        }
        for (String output : node.outputs()) {
            GraphNode other = output.isEmpty() ? null : sources.putIfAbsent(output, node);
            if (other != null || graph.constants().containsKey(output)) {
                problems.add(node.label() + ": its output " + quote(output) + " is computed twice");
            }
        }
    }

    private void names() {
        Set<String> known = new HashSet<>(graph.constants().keySet());
        graph.inputs().forEach(input -> known.add(input.name()));
        known.addAll(sources.keySet());
        for (GraphNode node : graph.nodes()) {
            for (String input : node.inputs()) {
                if (!input.isEmpty() && !known.contains(input)) {
                    problems.add(node.label() + ": nothing computes its input " + quote(input));
                }
            }
        }
        for (String output : graph.outputs()) {
            if (!known.contains(output)) {
                problems.add("nothing computes the output " + quote(output));
            }
        }
    }

    /** Nodes become ready when all that they read is computed; those on a cycle never do. */
    private List<GraphNode> order() {
        Map<Integer, Integer> missing = new HashMap<>();
        Map<GraphNode, List<GraphNode>> readers = new IdentityHashMap<>();
        Deque<GraphNode> ready = new ArrayDeque<>();
        for (GraphNode node : graph.nodes()) {
            int count = 0;
            for (String input : new HashSet<>(node.inputs())) {
                GraphNode source = sources.get(input);
                if (source != null) {
                    readers.computeIfAbsent(source, _ -> new ArrayList<>()).add(node);
                    count++;
                }
            }
            missing.put(node.number(), count);
            if (count == 0) {
                ready.add(node);
            }
        }
        List<GraphNode> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            GraphNode node = ready.remove();
            order.add(node);
            for (GraphNode reader : readers.getOrDefault(node, List.of())) {
                if (missing.merge(reader.number(), -1, Integer::sum) == 0) {
                    ready.add(reader);
                }
            }
        }
        if (order.size() < graph.nodes().size()) {
            graph.nodes().stream()
                    .filter(node -> missing.get(node.number()) > 0)
                    .findFirst()
                    .ifPresent(node -> problems.add(node.label() + ": it reads, over other nodes, what it computes"));
        }
        return order;
    }

    private void refuse() {
        if (!problems.isEmpty()) {
            String more = problems.size() > NAMED ? "; and " + (problems.size() - NAMED) + " more" : "";
            throw new UnusableCheckpointException(graph.file() + ": this graph cannot be computed: "
                    + String.join("; ", problems.subList(0, Math.min(NAMED, problems.size()))) + more
                    + ": the ops that are supported are in docs/graphs.md");
        }
    }
}
