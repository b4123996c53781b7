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
record Rule(
        Set<String> attributes, Function<GraphNode, Optional<String>> against, Function<Call, List<Value>> compute) {
    /** An op with one output. */
    static Rule one(Function<Call, Value> compute, String... attributes) {
        return new Rule(Set.of(attributes), Rule::moreThanOne, call -> List.of(compute.apply(call)));
    }

    /** An op with several outputs. */
    static Rule several(Function<Call, List<Value>> compute, String... attributes) {
        return new Rule(Set.of(attributes), _ -> Optional.empty(), compute);
    }

    /** This op, which cannot be computed for all attributes. */
    Rule unless(Function<GraphNode, Optional<String>> reason) {
        return new Rule(attributes, node -> against.apply(node).or(() -> reason.apply(node)), compute);
    }

    private static Optional<String> moreThanOne(GraphNode node) {
        long used = node.outputs().stream().filter(name -> !name.isEmpty()).count();
        return used > 1
                ? Optional.of("only its first output is computed, " + used + " are asked for")
                : Optional.empty();
    }
}
