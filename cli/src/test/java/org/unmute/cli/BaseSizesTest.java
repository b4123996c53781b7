package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.convert.Conversion;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

/**
 * Encoders of base size, 768 channels and 12 blocks, with the weights of the recipe: the checkpoint under its authors'
 * names and the converted safetensors file give the same tokens.
 */
@Tag("golden")
@FullBuild("writes files of 350 MB")
class BaseSizesTest {
    /** Blocks of the small encoders of the reference numbers, which name the tensors. */
    private static final int SMALL_DEPTH = 3;

    private static final int DEPTH = 12;
    private static final Pattern LAST = Pattern.compile("(.*(?:blocks|layers)\\.)" + (SMALL_DEPTH - 1) + "(\\..*)");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"m2d", "atst_frame", "ssast_patch", "ssast_frame", "mae_ast_patch", "mae_ast_frame", "bat", "ced"
            })
    void checkpointAndConvertedFileAgree(String name) throws IOException {
        RecipeReference small =
                RecipeReference.open(ModelsGolden.require("tiny").resolve(name));
        RecipeCheckpoint checkpoint = grown(small);
        Path file = folder.resolve("checkpoint.safetensors");
        write(checkpoint, file);
        Path converted = folder.resolve("encoder.safetensors");
        Conversion.run(file, converted, new Conversion.Options(small.model(), Optional.empty()), false);
        Files.delete(file);
        EncoderSettings settings = small.settings().withHeads(DEPTH);
        Encoder one = Encoders.build(checkpoint, settings);
        assertThat(one.describe().dim()).isEqualTo(768);
        assertThat(one.describe().depth()).isEqualTo(DEPTH);
        float[] samples = noise(one.describe().sampleRate());
        TokenMap expected = one.encode(samples);
        TokenMap found = Encoders.open(converted, settings).encode(samples);
        assertThat(Arrays.mismatch(found.tokens(), expected.tokens())).isEqualTo(-1);
        assertThat(Arrays.equals(found.cls(), expected.cls())).isTrue();
        assertThat(expected.tokens()[0]).isFinite().isNotZero();
    }

    /** The same tensors in the base size, with blocks like the last one after it. */
    private static RecipeCheckpoint grown(RecipeReference reference) throws IOException {
        RecipeCheckpoint small = reference.checkpoint();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String name : small.names()) {
            Shape shape = grown(small.shape(name));
            shapes.put(name, shape);
            Matcher last = LAST.matcher(name);
            for (int i = SMALL_DEPTH; i < DEPTH && last.matches(); i++) {
                shapes.put(last.group(1) + i + last.group(2), shape);
            }
        }
        JsonNode config = reference.config();
        return RecipeCheckpoint.of(
                config.get("encoder").asText(),
                true,
                (config.has("seed") ? config.get("seed") : config.get("seed_teacher")).asLong(),
                shapes,
                small.metadata());
    }

    /** Writes an encoder of base size, from the small one of the reference numbers with this name. */
    static void write(String name, Path file) throws IOException {
        write(grown(RecipeReference.open(ModelsGolden.require("tiny").resolve(name))), file);
    }

    private static Shape grown(Shape small) {
        return Shape.of(Arrays.stream(small.toArray())
                .map(size -> size == 48 || size == 144 || size == 192 ? size * 16 : size)
                .toArray());
    }

    private static void write(RecipeCheckpoint checkpoint, Path file) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : checkpoint.names()) {
            writer.add(name, checkpoint.shape(name), checkpoint.floats(name));
        }
        checkpoint.metadata().forEach(writer::metadata);
        writer.write(file);
    }

    private static float[] noise(int length) {
        SplittableRandom random = new SplittableRandom(7);
        float[] samples = new float[length];
        for (int i = 0; i < length; i++) {
            samples[i] = (float) random.nextDouble(-0.5, 0.5);
        }
        return samples;
    }
}
