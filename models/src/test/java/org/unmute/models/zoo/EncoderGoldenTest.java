package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.golden.ChosenBackend;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * Compares every encoder with its authors' code: all stored intermediate tensors, from every checkpoint file of each
 * folder. A stored tensor that the encoder does not produce is a failure, too.
 */
@Tag("golden")
class EncoderGoldenTest {
    /** Tolerances for networks from the stored fbank, and end to end from the recording (golden/README.md). */
    private static final double FROM_FBANK = 1e-4;

    private static final double FROM_WAV = 2e-3;
    /**
     * The full-size folders hold only a few rows of the fbank, so the network starts from the recording. These two
     * still have to meet the network's tolerance. For others (BEATs' povey window on samples times 2^15) the noise of a
     * float32 fbank alone may exceed it.
     */
    private static final Set<String> CLOSE_FROM_WAV = Set.of("eat", "audiomae");

    @TestFactory
    List<DynamicTest> tiny() throws IOException {
        Optional<List<DynamicTest>> skipped = ChosenBackend.skipped();
        if (skipped.isPresent()) {
            return skipped.get();
        }
        return tiny(folders("tiny"));
    }

    private static List<DynamicTest> tiny(List<Path> folders) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : folders) {
            GoldenEncoder golden = GoldenEncoder.read(folder);
            tests.add(dynamicTest(folder.getFileName() + " is of a known encoder and has a checkpoint", () -> {
                golden.requireKnown();
                Golden.cases(folder + ", checkpoint.* and model*.safetensors", golden.checkpoints());
            }));
            for (Path checkpoint : golden.checkpoints()) {
                String name = folder.getFileName() + "/" + checkpoint.getFileName();
                tests.add(dynamicTest(name + " from the fbank", () -> fromFbank(name, golden, checkpoint)));
                tests.add(dynamicTest(name + " from the recording", () -> fromWav(name, golden, checkpoint)));
            }
        }
        return tests;
    }

    /** A folder whose encoder is unknown is a mistake in the folder, which a passing test would hide. */
    @Test
    void aFolderOfAnUnknownEncoderFails(@TempDir Path root) throws IOException {
        Path folder = Files.createDirectories(root.resolve("some"));
        Files.writeString(folder.resolve("config.json"), "{\"encoder\": \"no-such-encoder\"}");
        assertThat(failures(folder))
                .containsExactly(folder + ": no encoder is called 'no-such-encoder', known are "
                        + Encoders.providers().stream()
                                .map(EncoderProvider::name)
                                .toList()
                        + ": correct \"encoder\" in config.json, add the encoder, or take the folder away");
        Files.writeString(folder.resolve("config.json"), "{\"encoder\": \"eat\"}");
        assertThat(failures(folder)).hasSize(1).allMatch(m -> m.contains("no case found for " + folder));
        Files.writeString(folder.resolve("config.json"), "{}");
        assertThatThrownBy(() -> failures(folder)).hasMessageContaining("config.json states no \"encoder\"");
        Files.delete(folder.resolve("config.json"));
        assertThatThrownBy(() -> failures(folder)).isInstanceOf(IOException.class);
    }

    private static List<String> failures(Path folder) throws IOException {
        List<String> messages = new ArrayList<>();
        for (DynamicTest test : tiny(List.of(folder))) {
            try {
                test.getExecutable().execute();
            } catch (Throwable e) {
                messages.add(e.getMessage());
            }
        }
        return messages;
    }

    private static List<Path> folders(String name) throws IOException {
        Optional<Path> root = Golden.folder(name);
        if (root.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(root.get())) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static Encoder open(GoldenEncoder golden, Path checkpoint) throws IOException {
        try (Checkpoint file = Checkpoint.open(checkpoint)) {
            return Encoders.build(file, golden.settings());
        }
    }

    private static void fromFbank(String name, GoldenEncoder golden, Path checkpoint) throws IOException {
        Encoder encoder = open(golden, checkpoint);
        try (SafetensorsFile expected = SafetensorsFile.open(golden.folder().resolve("expected.safetensors"))) {
            Tensor input = golden.input(expected, encoder);
            Map<String, Tensor> seen = GoldenEncoder.run(encoder, input);
            golden.addDerived(encoder, seen);
            List<String> compared = new ArrayList<>();
            for (Map.Entry<String, Tensor> e : seen.entrySet()) {
                if (expected.has(e.getKey())) {
                    Golden.assertClose(
                            name + " " + e.getKey(),
                            expected.floats(e.getKey()),
                            e.getValue().toFloats(),
                            FROM_FBANK,
                            0);
                    compared.add(e.getKey());
                }
            }
            Golden.cases(name + " tensors", compared);
            TreeSet<String> left = new TreeSet<>(expected.names());
            left.removeAll(compared);
            left.removeIf(GoldenEncoder::isComparedElsewhere);
            assertThat(left)
                    .as(name + ": stored tensors that were not compared")
                    .isEmpty();
        }
    }

    private static void fromWav(String name, GoldenEncoder golden, Path checkpoint) throws IOException {
        Encoder encoder = open(golden, checkpoint);
        float[] samples = golden.recording();
        try (SafetensorsFile expected = SafetensorsFile.open(golden.folder().resolve("expected.safetensors"))) {
            Spectrogram input = encoder.network().frontEnd().apply(samples);
            Map<String, Tensor> seen =
                    GoldenEncoder.run(encoder, Tensor.of(input.values(), 1, input.frames(), input.bins()));
            for (String last : List.of("final_tokens", "logits", "probs")) {
                if (expected.has(last)) {
                    assertThat(seen).as(name).containsKey(last);
                    Golden.assertClose(
                            name + " " + last,
                            expected.floats(last),
                            seen.get(last).toFloats(),
                            FROM_WAV,
                            0);
                }
            }
            if (samples.length <= encoder.describe().windowSamples() && expected.has("final_tokens")) {
                // The result for users: the same tokens as a token map.
                TokenMap map = encoder.encode(samples);
                float[] all = expected.floats("final_tokens");
                int tokens = all.length / map.dim();
                TokenMap wanted = encoder.describe().tokenMap(all, 1, 0);
                Golden.assertClose(name + " token map", wanted.tokens(), map.tokens(), FROM_WAV, 0);
                if (wanted.cls() != null) {
                    Golden.assertClose(name + " cls", wanted.cls(), map.cls(), FROM_WAV, 0);
                }
            }
        }
    }

    /** Tagged, so that runs with plain Java loops, which take minutes for these, can exclude them. */
    @Tag("full-size")
    @TestFactory
    List<DynamicTest> fullSize() throws IOException {
        Optional<List<DynamicTest>> skipped = ChosenBackend.skipped();
        if (skipped.isPresent()) {
            return skipped.get();
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : folders("full_small")) {
            GoldenEncoder golden = GoldenEncoder.read(folder);
            tests.add(dynamicTest(folder.getFileName() + " at full size, rebuilt from the recipe", () -> {
                golden.requireKnown();
                full(golden);
            }));
        }
        return tests;
    }

    private static void full(GoldenEncoder golden) throws IOException {
        String name = "full-size " + golden.folder().getFileName();
        Encoder encoder = Encoders.build(GoldenRecipe.read(golden.folder()), golden.settings());
        Spectrogram input = encoder.network().frontEnd().apply(golden.recording());
        double tolerance =
                CLOSE_FROM_WAV.contains(golden.config().get("encoder").asText()) ? FROM_FBANK : FROM_WAV;
        try (SafetensorsFile expected = SafetensorsFile.open(golden.folder().resolve("expected_small.safetensors"))) {
            Map<String, Tensor> seen =
                    GoldenEncoder.run(encoder, Tensor.of(input.values(), 1, input.frames(), input.bins()));
            golden.addDerived(encoder, seen);
            List<String> compared = new ArrayList<>();
            for (String stored : expected.names()) {
                String suffix = stored.endsWith(".rows") ? ".rows" : stored.endsWith(".mean_std") ? ".mean_std" : "";
                String tensor = stored.substring(0, stored.length() - suffix.length());
                if (GoldenEncoder.isComparedElsewhere(tensor)) {
                    continue;
                }
                assertThat(seen)
                        .as(name + ": stored tensors that were not compared")
                        .containsKey(tensor);
                float[] all = seen.get(tensor).toFloats();
                float[] part = switch (suffix) {
                    case ".rows" ->
                        rows(
                                all,
                                expected.shape(stored).dim(-1),
                                golden.config().get("rows").get(tensor));
                    case ".mean_std" -> meanAndStd(all);
                    default -> all;
                };
                Golden.assertClose(name + " " + stored, expected.floats(stored), part, tolerance, 0);
                compared.add(stored);
            }
            Golden.cases(name + " tensors", compared);
        }
    }

    private static float[] meanAndStd(float[] all) {
        double mean = 0;
        for (float x : all) {
            mean += x;
        }
        mean /= all.length;
        double square = 0;
        for (float x : all) {
            square += (x - mean) * (x - mean);
        }
        return new float[] {(float) mean, (float) Math.sqrt(square / all.length)};
    }

    private static float[] rows(float[] all, int dim, com.fasterxml.jackson.databind.JsonNode rows) {
        float[] out = new float[0];
        for (com.fasterxml.jackson.databind.JsonNode row : rows) {
            int at = out.length;
            out = Arrays.copyOf(out, at + dim);
            System.arraycopy(all, row.asInt() * dim, out, at, dim);
        }
        return out;
    }
}
