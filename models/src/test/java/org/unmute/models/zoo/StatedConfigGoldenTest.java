package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.AudioSetLabels;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * A PyTorch checkpoint that states its configuration needs no settings: kind, heads, distances and classes come from
 * the file.
 */
@Tag("golden")
class StatedConfigGoldenTest {
    private static final double FROM_FBANK = 1e-4;

    @TestFactory
    List<DynamicTest> withoutSettings() throws IOException {
        Optional<Path> root = Golden.folder("tiny");
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = root.isEmpty() ? Stream.empty() : Files.list(root.get())) {
            for (Path folder : folders.sorted().toList()) {
                Path checkpoint = folder.resolve("checkpoint.pt");
                if (Files.exists(checkpoint)) {
                    tests.add(dynamicTest(
                            folder.getFileName() + " from its checkpoint alone", () -> compare(folder, checkpoint)));
                }
            }
        }
        return root.isEmpty() ? tests : Golden.cases("checkpoint.pt", tests);
    }

    private static void compare(Path folder, Path path) throws IOException {
        GoldenEncoder golden = GoldenEncoder.read(folder);
        try (Checkpoint file = Checkpoint.open(path);
                SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            if (file.metadata().keySet().stream()
                    .noneMatch(k -> k.startsWith("cfg.encoder_layers") || k.startsWith("config."))) {
                Assumptions.abort(
                        "it states no configuration, and the authors' settings are not those of the small one");
            }
            Encoder encoder = Encoders.build(file, EncoderSettings.AUTHORS);
            String kind = golden.config().get("encoder").asText().replace("_ft", "");
            assertThat(encoder.describe().name()).isEqualTo(kind);
            assertThat(encoder.describe().description()).doesNotContain("does not state");
            var seen = GoldenEncoder.run(encoder, golden.input(expected, encoder));
            List<String> compared = new ArrayList<>();
            for (String name : List.of("final_tokens", "probs", "logits")) {
                if (expected.has(name)) {
                    Golden.assertClose(
                            folder + " " + name,
                            expected.floats(name),
                            seen.get(name).toFloats(),
                            FROM_FBANK,
                            0);
                    compared.add(name);
                }
            }
            Golden.cases(folder + " results", compared);
            List<String> classes = encoder.describe().classes();
            for (int i = 0; i < classes.size() && file.metadata().containsKey("label_dict.0"); i++) {
                assertThat(classes.get(i))
                        .isEqualTo(AudioSetLabels.name(file.metadata().get("label_dict." + i)));
            }
        }
    }
}
