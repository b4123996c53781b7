package org.unmute.bench.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;

/**
 * One case on disk: {@code case.json} with its kind and sizes, inputs as npy, weights as safetensors, and the outputs
 * of a peer below {@code out/NAME}. Every peer, in Java or Python, reads the same files.
 */
public final class CaseFolder {
    /** File with the kind and the sizes. */
    public static final String CASE = "case.json";
    /** File with the weights of a model. */
    public static final String MODEL = "model.safetensors";

    private final Path folder;
    private final String peer;
    private final JsonNode fields;

    private CaseFolder(Path folder, String peer, JsonNode fields) {
        this.folder = folder;
        this.peer = peer;
        this.fields = fields;
    }

    /**
     * Opens a case for a peer.
     *
     * @param peer name of the peer, below which outputs are written
     * @throws IOException if there is no case
     */
    public static CaseFolder open(Path folder, String peer) throws IOException {
        return new CaseFolder(
                folder, peer, new ObjectMapper().readTree(folder.resolve(CASE).toFile()));
    }

    /** A file of the case. */
    public Path file(String name) {
        return folder.resolve(name);
    }

    /** The kind of work. */
    public String kind() {
        return text("kind");
    }

    /** A string field of {@code case.json}. */
    public String text(String field) {
        return required(field).asText();
    }

    /** An integer field of {@code case.json}. */
    public int size(String field) {
        return required(field).asInt();
    }

    /** A floating-point field of {@code case.json}. */
    public double number(String field) {
        return required(field).asDouble();
    }

    /** A field of {@code case.json} that lists strings. */
    public List<String> texts(String field) {
        List<String> all = new ArrayList<>();
        required(field).forEach(node -> all.add(node.asText()));
        return all;
    }

    private JsonNode required(String field) {
        JsonNode value = fields.get(field);
        if (value == null) {
            throw new IllegalArgumentException("case " + folder + ": " + CASE + " has no '" + field + "'");
        }
        return value;
    }

    /** The shape of an input. */
    public Shape shape(String input) throws IOException {
        return Npy.read(folder.resolve(input + ".npy")).shape();
    }

    /** The numbers of an input, row-major. */
    public float[] floats(String input) throws IOException {
        return Npy.read(folder.resolve(input + ".npy")).floats();
    }

    /** Writes an output. */
    public void write(String output, Shape shape, float[] values) throws IOException {
        Npy.write(output(output), shape, values);
    }

    /** Writes an output. */
    public void write(String output, Shape shape, int[] values) throws IOException {
        Npy.write(output(output), shape, values);
    }

    private Path output(String name) throws IOException {
        return Files.createDirectories(outputs(folder, peer)).resolve(name + ".npy");
    }

    /** The folder of a peer's outputs. */
    public static Path outputs(Path folder, String peer) {
        return folder.resolve("out").resolve(peer);
    }

    /** Removes a folder and its contents. */
    public static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
