package org.unmute.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.io.SafetensorsFile;

/** For every checkpoint, the converted file gives bitwise the same tokens and scores. */
@Tag("golden")
class ConversionGoldenTest {
    private static final long SECONDS = 3;

    @TempDir
    Path temporary;

    /** The folder of the small encoders: that of the models module, unless another one is configured. */
    private static Path tiny() {
        if (!System.getProperty(Golden.PROPERTY, "").isBlank()) {
            return Golden.require("tiny");
        }
        return Path.of(System.getProperty("basedir", ""))
                .toAbsolutePath()
                .resolveSibling("models")
                .resolve("src/test/resources/golden/tiny");
    }

    @TestFactory
    List<DynamicTest> tokensStayTheSame() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = Files.list(tiny())) {
            for (Path folder : folders.filter(f -> Files.exists(f.resolve("config.json")))
                    .sorted()
                    .toList()) {
                JsonNode config = new ObjectMapper()
                        .readTree(folder.resolve("config.json").toFile());
                for (Path checkpoint : checkpoints(folder, config)) {
                    tests.add(dynamicTest(
                            folder.getFileName() + "/" + checkpoint.getFileName(), () -> convert(checkpoint, config)));
                }
            }
        }
        return Golden.cases("tiny encoders", tests);
    }

    private static String model(JsonNode config) {
        return config.get("encoder").asText().replaceFirst("_ft$", "");
    }

    private static List<Path> checkpoints(Path folder, JsonNode config) throws IOException {
        if (Encoders.find(model(config)).isEmpty()) {
            throw new AssertionError(folder + ": no encoder is called '" + model(config) + "'");
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("checkpoint\\..*|model.*\\.safetensors"))
                    .sorted()
                    .toList();
        }
    }

    /** Settings that the checkpoint does not contain. */
    private static EncoderSettings settings(JsonNode config, String model) {
        Map<String, String> cfg = new LinkedHashMap<>();
        config.path("cfg")
                .properties()
                .forEach(e -> cfg.put(e.getKey(), e.getValue().asText()));
        if (config.has("stride_freq_time")) {
            cfg.put("fstride", config.get("stride_freq_time").get(0).asText());
            cfg.put("tstride", config.get("stride_freq_time").get(1).asText());
        }
        EncoderSettings settings = EncoderSettings.AUTHORS.withModel(model).withConfig(cfg);
        if (config.has("target_length") && !model(config).equals("dasheng")) {
            settings = settings.withFrames(config.get("target_length").asInt());
        }
        if (model.equals("m2d") && config.has("input_size")) {
            settings = settings.withFrames(config.get("input_size").get(1).asInt());
        }
        if (config.has("norm_mean")) {
            settings = settings.withNorm(
                    config.get("norm_mean").asDouble(), config.get("norm_std").asDouble());
        }
        if (config.has("sample_rate")) {
            settings = settings.withSampleRate(config.get("sample_rate").asInt());
        }
        for (String key : List.of("heads", "num_heads")) {
            settings = config.has(key) ? settings.withHeads(config.get(key).asInt()) : settings;
        }
        JsonNode heads = config.path("cfg_model").path("encoder_attention_heads");
        return heads.isMissingNode() ? settings : settings.withHeads(heads.asInt());
    }

    private void convert(Path checkpoint, JsonNode config) throws IOException {
        Path target = temporary.resolve(
                checkpoint.getParent().getFileName() + "-" + checkpoint.getFileName() + ".safetensors");
        Conversion.Options options = new Conversion.Options(model(config), Optional.empty());
        ConversionReport report = Conversion.run(checkpoint, target, options, false);
        assertThat(report.complete()).isTrue();
        assertThat(report.recognizedBy()).isEqualTo(ConversionReport.RecognizedBy.STATED);
        Encoder before = Encoders.open(checkpoint, settings(config, model(config)));
        // The converted file itself names its encoder.
        Encoder after = Encoders.open(target, settings(config, ""));
        assertThat(after.describe()).isEqualTo(before.describe());
        // Longer than a window, if the encoder has windows.
        float[] samples = noise((int) Math.min(
                before.describe().windowSamples() * 3L / 2,
                SECONDS * before.describe().sampleRate()));
        TokenMap wanted = before.encode(samples);
        TokenMap given = after.encode(samples);
        assertThat(Arrays.mismatch(given.tokens(), wanted.tokens()))
                .as("first number of the tokens that differs")
                .isEqualTo(-1);
        assertThat(Arrays.equals(given.cls(), wanted.cls())).as("class token").isTrue();
        assertThat(wanted.tokens()[0]).as("a token").isFinite().isNotZero();
        if (!before.describe().classes().isEmpty()) {
            assertThat(after.scores(samples)).containsExactly(before.scores(samples));
        }
        sameBytes(checkpoint, target, report);
    }

    private static void sameBytes(Path checkpoint, Path target, ConversionReport report) throws IOException {
        try (Checkpoint from = Checkpoint.open(checkpoint);
                SafetensorsFile to = SafetensorsFile.open(target)) {
            assertThat(to.names())
                    .containsExactlyInAnyOrderElementsOf(report.match().taken().keySet());
            report.match().taken().forEach((name, old) -> {
                assertThat(to.entry(name).type())
                        .as(name)
                        .isEqualTo(from.entry(old).type());
                assertThat(to.entry(name).shape())
                        .as(name)
                        .isEqualTo(from.entry(old).shape());
                assertThat(to.entry(name).data().mismatch(from.entry(old).data()))
                        .as("first byte of " + name + " that differs")
                        .isEqualTo(-1);
            });
        }
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
