package org.unmute.kernels.contract.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/**
 * A case of the autograd reference numbers: a computation and its tensors.
 *
 * @param name name of the case, such as {@code conv2d_3x3}
 * @param attributes kernel sizes, axes and so on, as in the index
 * @param inputs by name, in the order of the index; inputs with a gradient are parameters
 * @param outputs shapes of the results, in order
 */
record AutogradCase(String name, JsonNode attributes, Map<String, Tensor> inputs, List<Shape> outputs) {
    /** A required input. */
    Tensor in(String input) {
        Tensor t = inputs.get(input);
        if (t == null) {
            throw new IllegalArgumentException(name + ": no input " + input + " among " + inputs.keySet());
        }
        return t;
    }

    /** An optional input. */
    Tensor optional(String input) {
        return inputs.get(input);
    }

    /** The input at a position. */
    Tensor in(int position) {
        return List.copyOf(inputs.values()).get(position);
    }

    boolean has(String attribute) {
        return attributes.hasNonNull(attribute);
    }

    double number(String attribute, double otherwise) {
        JsonNode n = attributes.path(attribute);
        return n.isNumber() ? n.asDouble() : otherwise;
    }

    int integer(String attribute, int otherwise) {
        JsonNode n = attributes.path(attribute);
        if (!n.isMissingNode() && !n.isIntegralNumber()) {
            throw new IllegalArgumentException(name + ": attribute " + attribute + " must be a whole number, is " + n);
        }
        return n.asInt(otherwise);
    }

    boolean flag(String attribute) {
        return attributes.path(attribute).asBoolean(false);
    }

    /** A number or a list of numbers, as a list. */
    List<Double> numbers(String attribute) {
        List<Double> list = new ArrayList<>();
        JsonNode n = attributes.path(attribute);
        if (n.isNumber()) {
            list.add(n.asDouble());
        }
        n.forEach(e -> list.add(e.asDouble()));
        return list;
    }

    /** A number or a list of numbers, as ints. */
    int[] integers(String attribute) {
        return numbers(attribute).stream().mapToInt(Double::intValue).toArray();
    }

    /** One number for both axes, or two numbers. */
    int[] pair(String attribute, int otherwise) {
        int[] n = integers(attribute);
        return switch (n.length) {
            case 0 -> new int[] {otherwise, otherwise};
            case 1 -> new int[] {n[0], n[0]};
            case 2 -> n;
            default ->
                throw new IllegalArgumentException(name + ": attribute " + attribute + " must be one or two numbers");
        };
    }

    /** The axes in attribute {@code dim}, or all if it is absent. */
    int[] axes() {
        if (has("dim")) {
            return integers("dim");
        }
        int[] all = new int[in(0).rank()];
        Arrays.setAll(all, i -> i);
        return all;
    }

    /** Rejects any other value of an attribute that is a constant in the library. */
    void requireConstant(String attribute, double value) {
        if (number(attribute, value) != value) {
            throw new IllegalArgumentException(name + ": " + attribute + " is " + attributes.get(attribute)
                    + ", the library has it fixed at " + value);
        }
    }

    /** Whether one of the parts of the name, split at {@code _}, is this word. */
    boolean says(String word) {
        return List.of(name.split("_")).contains(word);
    }
}
