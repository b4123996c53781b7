package org.unmute.tensor.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.unmute.tensor.Tensor;

/**
 * Layers one after the other, by name. Immutable.
 *
 * <pre>{@code
 * Layer network = Sequential.of("hidden", Linear.of(init, 2, 16))
 *         .then("relu", Layer.of(Tensor::relu))
 *         .then("out", Linear.of(init, 16, 3));
 * }</pre>
 */
public final class Sequential implements Layer {
    private final SequencedMap<String, Layer> parts;

    private Sequential(SequencedMap<String, Layer> parts) {
        this.parts = Collections.unmodifiableSequencedMap(parts);
    }

    /** The first layer. */
    public static Sequential of(String name, Layer first) {
        return new Sequential(new LinkedHashMap<>()).then(name, first);
    }

    /**
     * These layers and then another one.
     *
     * @param name not empty, without a dot, not the name of a layer before
     */
    public Sequential then(String name, Layer next) {
        if (name.isEmpty() || name.contains(".") || parts.containsKey(name)) {
            throw new IllegalArgumentException("sequential: the name of a layer must be another one than those before, "
                    + parts.keySet() + ", not empty and without a dot, is '" + name + "'");
        }
        SequencedMap<String, Layer> all = new LinkedHashMap<>(parts);
        all.put(name, next);
        return new Sequential(all);
    }

    /** {@inheritDoc} Also a way to list the parts of a layer of your own. */
    @Override
    public SequencedMap<String, Layer> parts() {
        return parts;
    }

    @Override
    public Tensor apply(Tensor x, Mode mode) {
        Tensor y = x;
        for (Layer layer : parts.values()) {
            y = layer.apply(y, mode);
        }
        return y;
    }
}
