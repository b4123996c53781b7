package org.unmute.tensor.nn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.NamedTensors;

/** The state of a layer, its parameters and buffers by name, as a safetensors file. */
public final class LayerFile {
    private LayerFile() {}

    /**
     * Parameters and buffers by name. They are the layer's own tensors, not copies.
     *
     * @throws IllegalArgumentException if a parameter and a buffer have the same name
     */
    public static SequencedMap<String, Tensor> state(Layer layer) {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>(layer.parameters());
        layer.buffers().forEach((name, t) -> {
            if (state.put(name, t) != null) {
                throw new IllegalArgumentException("layer: a parameter and a buffer are named " + name);
            }
        });
        return Collections.unmodifiableSequencedMap(state);
    }

    /**
     * Writes the state of a layer. An existing file is replaced only once the new one is complete.
     *
     * @throws IOException if the file cannot be written
     */
    public static void save(Layer layer, Path path) throws IOException {
        NamedTensors.save(state(layer), path);
    }

    /**
     * Overwrites the state of a layer by that in a file, either completely or not at all.
     *
     * @param layer of the same structure; optimizers continue with its parameters
     * @throws IOException if the file cannot be read, is malformed or has changed since it was written
     * @throws IllegalArgumentException if names, types or shapes are not those of the layer; the message lists them all
     */
    public static void load(Layer layer, Path path) throws IOException {
        Map<String, Tensor> own = state(layer);
        if (own.isEmpty()) {
            throw new IllegalArgumentException("layer: it has no parameters, so none can be read from " + path);
        }
        Map<String, Tensor> saved =
                NamedTensors.load(path, own.values().iterator().next().backend());
        List<String> wrong = new ArrayList<>();
        own.forEach((name, t) -> {
            Tensor s = saved.get(name);
            if (s == null) {
                wrong.add(name + " is missing");
            } else if (!s.shape().equals(t.shape()) || s.dtype() != t.dtype()) {
                wrong.add(name + " is " + s.dtype() + s.shape() + ", the layer has " + t.dtype() + t.shape());
            }
        });
        saved.keySet().stream()
                .filter(name -> !own.containsKey(name))
                .forEach(name -> wrong.add(name + " is not in the layer"));
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(
                    "layer: " + path + " is of another network: " + String.join("; ", wrong));
        }
        own.forEach((name, t) -> t.assign(saved.get(name)));
    }
}
