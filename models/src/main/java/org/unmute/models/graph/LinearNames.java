package org.unmute.models.graph;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives weights of linear maps the names back that an exporter took from them: {@code y = x · W + X.bias} makes W, a
 * constant like {@code onnx::MatMul_363} in the file, {@code X.weight}, transposed. A weight that has a name of its own
 * keeps it.
 */
final class LinearNames {
    private static final String BIAS = ".bias";
    private static final String WEIGHT = ".weight";

    private LinearNames() {}

    /**
     * The weights under their names.
     *
     * @param weights by their names in the file
     * @param nodes MatMul, Add and Gemm
     */
    static Map<String, OnnxWeight> of(Map<String, OnnxWeight> weights, List<OnnxNode> nodes) {
        // Of a product, the weight that it multiplies by.
        Map<String, String> products = new HashMap<>();
        Map<String, String> names = new HashMap<>();
        Map<String, Boolean> turned = new HashMap<>();
        for (OnnxNode node : nodes) {
            if (node.type().equals("MatMul")) {
                products.put(node.outputs().getFirst(), node.inputs().get(1));
            }
        }
        for (OnnxNode node : nodes) {
            String weight = null;
            String bias = null;
            if (node.type().equals("Add")) {
                for (int i = 0; i < 2; i++) {
                    String product = products.get(node.inputs().get(i));
                    if (product != null) {
                        weight = product;
                        bias = node.inputs().get(1 - i);
                    }
                }
            } else if (node.type().equals("Gemm") && node.inputs().size() > 2) {
                weight = node.inputs().get(1);
                bias = node.inputs().get(2);
            }
            if (weight != null
                    && isNameless(weight)
                    && bias.endsWith(BIAS)
                    && fits(weights.get(weight), weights.get(bias), node)) {
                String name = bias.substring(0, bias.length() - BIAS.length()) + WEIGHT;
                if (!weights.containsKey(name)) {
                    names.putIfAbsent(weight, name);
                    turned.putIfAbsent(weight, !node.transposed());
                }
            }
        }
        Map<String, OnnxWeight> named = new LinkedHashMap<>();
        weights.forEach((name, weight) -> {
            String own = names.get(name);
            if (own == null || named.containsKey(own)) {
                named.put(name, weight);
            } else {
                named.put(own, turned.get(name) ? weight.turned() : weight);
            }
        });
        return named;
    }

    /** Names that exporters make up: {@code onnx::MatMul_363}, or a number alone. */
    private static boolean isNameless(String name) {
        return name.startsWith("onnx::") || name.matches("\\d+");
    }

    private static boolean fits(@Nullable OnnxWeight weight, @Nullable OnnxWeight bias, OnnxNode node) {
        return weight != null
                && bias != null
                && weight.stored().rank() == 2
                && bias.stored().rank() == 1
                && bias.stored().size(0) == weight.stored().size(node.transposed() ? 0 : 1);
    }
}
