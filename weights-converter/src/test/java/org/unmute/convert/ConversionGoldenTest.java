package org.unmute.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.golden.EncoderConfig;
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
                EncoderConfig config = EncoderConfig.read(folder);
                for (Path checkpoint : checkpoints(folder, config)) {
                    tests.add(dynamicTest(
                            folder.getFileName() + "/" + checkpoint.getFileName(), () -> convert(checkpoint, config)));
                }
            }
        }
        return Golden.cases("tiny encoders", tests);
    }

    private static List<Path> checkpoints(Path folder, EncoderConfig config) throws IOException {
        if (Encoders.find(config.model()).isEmpty()) {
            throw new AssertionError(folder + ": no encoder is called '" + config.model() + "'");
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("checkpoint\\..*|model.*\\.safetensors"))
                    .sorted()
                    .toList();
        }
    }

    /** Settings that the checkpoint does not contain. */
    private static EncoderSettings settings(EncoderConfig config, String model) {
        return EncoderSettings.AUTHORS
                .withModel(model)
                .withConfig(config.entries())
                .withFrames(config.frames())
                .withNorm(config.mean(), config.std())
                .withSampleRate(config.rate())
                .withHeads(config.heads());
    }

    private void convert(Path checkpoint, EncoderConfig config) throws IOException {
        Path target = temporary.resolve(
                checkpoint.getParent().getFileName() + "-" + checkpoint.getFileName() + ".safetensors");
        Conversion.Options options = new Conversion.Options(config.model(), Optional.empty());
        ConversionReport report = Conversion.run(checkpoint, target, options, false);
        assertThat(report.complete()).isTrue();
        assertThat(report.recognizedBy()).isEqualTo(ConversionReport.RecognizedBy.STATED);
        Encoder before = Encoders.open(checkpoint, settings(config, config.model()));
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
