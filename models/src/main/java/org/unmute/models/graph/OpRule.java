package org.unmute.models.graph;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * How an op of graphs is computed.
 *
 * @param attributes that are read; a node with another one is refused
 * @param against why a node cannot be computed although its attributes are known
 * @param compute the node's outputs
 */
record OpRule(
        Set<String> attributes,
        Function<GraphNode, Optional<String>> against,
        Function<NodeCall, List<GraphValue>> compute) {
    /** An op with one output. */
    static OpRule one(Function<NodeCall, GraphValue> compute, String... attributes) {
        return new OpRule(Set.of(attributes), OpRule::moreThanOne, call -> List.of(compute.apply(call)));
    }

    /** An op with several outputs. */
    static OpRule several(Function<NodeCall, List<GraphValue>> compute, String... attributes) {
        return new OpRule(Set.of(attributes), _ -> Optional.empty(), compute);
    }

    /** This op, which cannot be computed for all attributes. */
    OpRule unless(Function<GraphNode, Optional<String>> reason) {
        return new OpRule(attributes, node -> against.apply(node).or(() -> reason.apply(node)), compute);
    }

    private static Optional<String> moreThanOne(GraphNode node) {
        long used = node.outputs().stream().filter(name -> !name.isEmpty()).count();
        return used > 1
                ? Optional.of("only its first output is computed, " + used + " are asked for")
                : Optional.empty();
    }
}
