package org.unmute.tensor.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/** Names and checks of the tensors that most layers have. */
final class ParameterNames {
    static final String WEIGHT = "weight";
    static final String BIAS = "bias";

    private ParameterNames() {}

    /** Two tensors by name; a null is left out. */
    static SequencedMap<String, Tensor> map(String first, @Nullable Tensor a, String second, @Nullable Tensor b) {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        if (a != null) {
            all.put(first, a);
        }
        if (b != null) {
            all.put(second, b);
        }
        return Collections.unmodifiableSequencedMap(all);
    }

    /** @throws IllegalArgumentException unless the weight has this rank and the bias, if there is one, these sizes */
    static void require(String layer, Tensor weight, int rank, @Nullable Tensor bias) {
        if (weight.rank() != rank || bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
            throw new IllegalArgumentException(layer + ": the weight must have " + rank
                    + " axes, the bias one number for each of its first axis: weight is " + weight.shape()
                    + ", bias is " + (bias == null ? "absent" : bias.shape()));
        }
    }
}
