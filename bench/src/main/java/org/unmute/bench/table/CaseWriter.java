package org.unmute.bench.table;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsWriter;

/** Writes a case: made-up numbers that are the same in every run. */
final class CaseWriter {
    private final Path folder;
    private final Map<String, Object> fields = new LinkedHashMap<>();

    CaseWriter(Path folder, String kind) {
        this.folder = folder;
        fields.put("kind", kind);
    }

    CaseWriter field(String name, Object value) {
        fields.put(name, value);
        return this;
    }

    CaseWriter array(String name, float[] values, long... shape) throws IOException {
        Npy.write(folder.resolve(name + ".npy"), Shape.of(shape), values);
        return this;
    }

    CaseWriter array(String name, int[] values, long... shape) throws IOException {
        Npy.write(folder.resolve(name + ".npy"), Shape.of(shape), values);
        return this;
    }

    /** Weights of a model, made from names and shapes alone. */
    CaseWriter model(RecipeCheckpoint weights) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        weights.metadata().forEach(writer::metadata);
        for (String name : weights.names()) {
            writer.add(name, weights.shape(name), weights.floats(name));
        }
        writer.write(folder.resolve(CaseFolder.MODEL));
        return this;
    }

    void write() throws IOException {
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(folder.resolve(CaseFolder.CASE).toFile(), fields);
    }

    /** Uniform numbers in [-1/2, 1/2). */
    static float[] uniform(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = random.nextFloat() - 0.5f;
        }
        return x;
    }

    /** Normal numbers of mean 0 and deviation 1. */
    static float[] normal(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** Ones and minus ones. */
    static float[] signs(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = random.nextBoolean() ? 1 : -1;
        }
        return x;
    }
}
