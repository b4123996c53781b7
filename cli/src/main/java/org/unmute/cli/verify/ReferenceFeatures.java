package org.unmute.cli.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.cli.console.CommandException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredTensor;

/**
 * Reference features to compare with.
 *
 * @param origin   the file
 * @param tensors  the tensors by name, in the order of the file; an npy file has one, named {@link #ARRAY}
 * @param unusable names of tensors that are not floating-point
 */
public record ReferenceFeatures(String origin, Map<String, Stored> tensors, List<String> unusable) {
    /** The name given to the array of an npy file. */
    static final String ARRAY = "array";

    /** A tensor: its shape, and its values in row-major order. */
    record Stored(Shape shape, float[] values) {}

    /** Reads an npy or safetensors file. The extension determines the format. */
    public static ReferenceFeatures read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw CommandException.input("no such reference file: " + file);
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npy")) {
            StoredTensor array = Npy.read(file);
            if (!array.type().isFloating()) {
                throw CommandException.input(array.name() + ": holds " + array.type() + " " + array.shape()
                        + ", features are floating-point numbers");
            }
            return new ReferenceFeatures(
                    file.toString(), Map.of(ARRAY, new Stored(array.shape(), array.floats())), List.of());
        }
        if (!name.endsWith(".safetensors")) {
            throw CommandException.usage("--reference must end in .npy or .safetensors: " + file);
        }
        Map<String, Stored> tensors = new LinkedHashMap<>();
        List<String> unusable = new ArrayList<>();
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            for (String tensor : stored.names()) {
                StoredTensor one = stored.entry(tensor);
                if (one.type().isFloating()) {
                    tensors.put(tensor, new Stored(one.shape(), one.floats()));
                } else {
                    unusable.add(tensor + " (" + one.type() + ")");
                }
            }
        }
        return new ReferenceFeatures(file.toString(), tensors, unusable);
    }

    /** The only tensor of the file, unless its name is known to the encoder; otherwise null. */
    Stored single(Collection<String> known) {
        if (tensors.size() != 1 || known.contains(tensors.keySet().iterator().next())) {
            return null;
        }
        return tensors.values().iterator().next();
    }
}
