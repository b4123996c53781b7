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

    /**
     * A tensor, or some of its rows.
     *
     * @param shape shape of the values
     * @param values the values, row-major
     * @param rows indices of the rows, counted over all but the last axis; null for the whole tensor
     * @param meanStd mean and standard deviation of the whole tensor, or null
     */
    record Stored(Shape shape, float[] values, int[] rows, float[] meanStd) {
        Stored(Shape shape, float[] values) {
            this(shape, values, null, null);
        }
    }

    /** Reads an npy or safetensors file. The extension determines the format. */
    public static ReferenceFeatures read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw CommandException.input("no such reference file: " + file
                    + (Files.isDirectory(file)
                            ? " (a folder; with --recipe it would be one of reference numbers)"
                            : ""));
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npy")) {
            StoredTensor array = Npy.read(file);
            return new ReferenceFeatures(
                    file.toString(), Map.of(ARRAY, new Stored(array.shape(), numbers(array))), List.of());
        }
        if (name.endsWith(".safetensors")) {
            return safetensors(file);
        }
        throw CommandException.usage("--reference must end in .npy or .safetensors: " + file);
    }

    static ReferenceFeatures safetensors(Path file) throws IOException {
        Map<String, Stored> tensors = new LinkedHashMap<>();
        List<String> unusable = new ArrayList<>();
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            for (String name : stored.names()) {
                StoredTensor one = stored.entry(name);
                if (one.type().isFloating()) {
                    tensors.put(name, new Stored(one.shape(), one.floats()));
                } else {
                    unusable.add(name + " (" + one.type() + ")");
                }
            }
        }
        return new ReferenceFeatures(file.toString(), tensors, unusable);
    }

    private static float[] numbers(StoredTensor array) {
        if (!array.type().isFloating()) {
            throw CommandException.input(array.name() + ": holds " + array.type() + " " + array.shape()
                    + ", features are floating-point numbers");
        }
        return array.floats();
    }

    /** The only tensor of the file, unless its name is known to the encoder; otherwise null. */
    Stored single(Collection<String> known) {
        if (tensors.size() != 1 || known.contains(tensors.keySet().iterator().next())) {
            return null;
        }
        return tensors.values().iterator().next();
    }
}
