package org.unmute.tensor.nn;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.unmute.tensor.Tensor;

/**
 * A function of a tensor with parameters by name: what torch calls a module. A layer made of others lists them in
 * {@link #parts}, and its parameters are theirs, named {@code part.parameter}. A layer of another kind lists its
 * parameters in {@link #parameters}. Layers have no mode and keep nothing between calls, so threads may share one for
 * evaluation.
 */
@FunctionalInterface
public interface Layer {
    /**
     * The layer's result. A layer made of others passes the mode on.
     *
     * @throws IllegalArgumentException if the shape does not fit
     */
    Tensor apply(Tensor x, Mode mode);

    /** The result in evaluation. */
    default Tensor apply(Tensor x) {
        return apply(x, Mode.EVALUATION);
    }

    /** The layers that this one consists of, by name, in a fixed order; see {@link Sequential#parts}. */
    default SequencedMap<String, Layer> parts() {
        return Collections.emptyNavigableMap();
    }

    /**
     * What is trained, by name, in a fixed order. Each takes gradients; optimizers update the contents in place. A
     * tensor that two parts share has the name that comes first.
     */
    default SequencedMap<String, Tensor> parameters() {
        return ofParts(parts(), Layer::parameters);
    }

    /** What training changes without gradients, by name, such as running means. Saved with the parameters. */
    default SequencedMap<String, Tensor> buffers() {
        return ofParts(parts(), Layer::buffers);
    }

    /** A layer without parameters that is the same in training. */
    static Layer of(UnaryOperator<Tensor> function) {
        return (x, _) -> function.apply(x);
    }

    private static SequencedMap<String, Tensor> ofParts(
            Map<String, Layer> parts, Function<Layer, Map<String, Tensor>> tensors) {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        Set<Tensor> known = Collections.newSetFromMap(new IdentityHashMap<>());
        parts.forEach((part, layer) -> tensors.apply(layer).forEach((name, t) -> {
            if (known.add(t)) {
                all.put(part + "." + name, t);
            }
        }));
        return Collections.unmodifiableSequencedMap(all);
    }
}
