package org.unmute.tensor.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** Tensors by name as a safetensors file: the state of a network or of an optimizer, or results. */
public final class NamedTensors {
    private NamedTensors() {}

    /**
     * Writes tensors with a digest of the file, each in its own element type. An existing file is replaced only once
     * the new one is complete.
     *
     * @throws IOException if the file cannot be written
     */
    public static void save(Map<String, Tensor> tensors, Path path) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter().withDigest();
        tensors.forEach((name, t) -> {
            switch (t.dtype()) {
                case F64 -> out.add(name, t.shape(), t.toDoubles());
                case I32 -> out.add(name, t.shape(), t.toInts());
                default -> out.add(name, StoredType.valueOf(t.dtype().name()), t.shape(), t.toFloats());
            }
        });
        out.write(path);
    }

    /** {@link #load(Path, Backend)} on the current backend. */
    public static Map<String, Tensor> load(Path path) throws IOException {
        return load(path, Backends.current());
    }

    /**
     * Reads all tensors of a file, in its order: {@code F64} stays, other floating types become {@code F32}, and
     * integers become {@code I32}. A digest, where there is one, is checked.
     *
     * @throws IOException if the file cannot be read, is malformed or has changed since it was written
     * @throws IllegalArgumentException if the backend does not compute in {@code F64} and the file has such a tensor
     */
    public static Map<String, Tensor> load(Path path, Backend backend) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            if (file.hasDigest()) {
                file.requireDigest();
            }
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : file.names()) {
                long[] shape = file.shape(name).toArray();
                StoredType type = file.type(name);
                tensors.put(
                        name,
                        type == StoredType.F64
                                ? Tensor.of(backend, file.doubles(name), shape)
                                : type.isFloating()
                                        ? Tensor.of(backend, file.floats(name), shape)
                                        : Tensor.of(backend, file.ints(name), shape));
            }
            return Collections.unmodifiableMap(tensors);
        }
    }
}
