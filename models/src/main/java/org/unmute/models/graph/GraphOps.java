package org.unmute.models.graph;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The ops of graphs that are computed, by name. Those of each family are in a class of their own. */
final class GraphOps {
    private static final Map<String, OpRule> RULES = rules();

    private GraphOps() {}

    private static Map<String, OpRule> rules() {
        Map<String, OpRule> rules = new TreeMap<>();
        ConvolutionRules.addTo(rules);
        ElementwiseRules.addTo(rules);
        LayoutRules.addTo(rules);
        NormalizationRules.addTo(rules);
        ProductRules.addTo(rules);
        ReductionRules.addTo(rules);
        SpectrumRules.addTo(rules);
        return Collections.unmodifiableMap(rules);
    }

    /** All ops by name. */
    static Map<String, OpRule> all() {
        return RULES;
    }

    /** How a node is computed, or null if it is of no op that is known. */
    static @Nullable OpRule of(GraphNode node) {
        return node.domain().isEmpty() ? RULES.get(node.type()) : null;
    }
}
