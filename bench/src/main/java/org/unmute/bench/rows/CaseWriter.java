package org.unmute.bench.rows;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.unmute.audio.Wav;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsWriter;

/** Writes a case with synthetic data that is the same in every run. */
public final class CaseWriter {
    private final Path folder;
    private final Map<String, Object> fields = new LinkedHashMap<>();

    public CaseWriter(Path folder, String kind) {
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

    /** Writes float16 values, little-endian. */
    CaseWriter halfFile(String name, float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort(Float.floatToFloat16(value));
        }
        Files.write(folder.resolve(name), bytes.array());
        return this;
    }

    /** Writes a 16-bit WAV file, and {@code samples.npy} with the samples exactly as read from it. */
    CaseWriter recording(String name, float[] samples, int rate) throws IOException {
        Wav.write(folder.resolve(name), samples, rate);
        return array("samples", Wav.read(folder.resolve(name)).samples(), samples.length);
    }

    /** Writes the weights of a model, generated from names and shapes. */
    CaseWriter model(RecipeCheckpoint weights) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        weights.metadata().forEach(writer::metadata);
        weights.names().forEach(name -> writer.add(name, weights.shape(name), weights.floats(name)));
        return model(writer);
    }

    /** Writes tensors as the weights of a model. */
    CaseWriter tensors(Map<String, Tensor> tensors) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, tensor) -> writer.add(name, tensor.shape(), tensor.toFloats()));
        return model(writer);
    }

    private CaseWriter model(SafetensorsWriter writer) throws IOException {
        writer.write(folder.resolve(CaseFolder.MODEL));
        return this;
    }

    public void write() throws IOException {
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve(CaseFolder.CASE).toFile(), fields);
    }

    /** Uniform in [-1/2, 1/2). */
    static float[] uniform(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        return filled(count, () -> random.nextFloat() - 0.5f);
    }

    /** Standard normal. */
    static float[] normal(long seed, int count) {
        return filled(count, new SplittableRandom(seed)::nextGaussian);
    }

    /** Random signs, 1 or -1. */
    static float[] signs(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        return filled(count, () -> random.nextBoolean() ? 1 : -1);
    }

    /** 0 to {@code count} - 1 in random order, shuffled as in the trainers. */
    static int[] shuffled(SplittableRandom random, int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static float[] filled(int count, DoubleSupplier next) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) next.getAsDouble();
        }
        return x;
    }

    /** Four amplitude-modulated tones over noise, all within [-1, 1]. */
    static float[] sound(long seed, int count, int rate) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            double t = (double) i / rate;
            double sum = 0.1 * (random.nextDouble() - 0.5);
            for (int tone = 1; tone <= 4; tone++) {
                sum += 0.1 * (1 + Math.sin(2 * Math.PI * 0.3 * tone * t)) * Math.sin(2 * Math.PI * 440 * tone * t);
            }
            x[i] = (float) sum;
        }
        return x;
    }

    /** Rounds to float16, in place. */
    static float[] halves(float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.float16ToFloat(Float.floatToFloat16(x[i]));
        }
        return x;
    }

    /**
     * Sizes of a cache.
     *
     * @param clips in the cache
     * @param time token rows per clip
     * @param freq token columns per clip
     * @param dim of a token
     */
    record CacheSize(int clips, int time, int freq, int dim) {}

    /**
     * Writes a cache in float16 as {@code unmute embed} does, with clips {@code clip0}, {@code clip1}, …
     *
     * @param tokens {@code [clips, time * freq, dim]}
     * @param suffix of the clips' names, such as {@code .wav}
     */
    static void cache(Path folder, float[] tokens, CacheSize size, String suffix) throws IOException {
        int each = size.time() * size.freq() * size.dim();
        CacheKey key = new CacheKey("made up", "made up", "none", "none", DType.F16);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int c = 0; c < size.clips(); c++) {
                float[] own = Arrays.copyOfRange(tokens, c * each, (c + 1) * each);
                Features features = new Features(new TokenMap(size.time(), size.freq(), size.dim(), own, null));
                writer.append("clip" + c + suffix, String.format("%064x", c), features);
            }
        }
    }
}
