package org.unmute.convert.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.unmute.kernels.contract.golden.EncoderConfig;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;

/** The small encoders with reference numbers: those of the models module, unless another folder is configured. */
final class ReferenceEncoders {
    private ReferenceEncoders() {}

    private static Path tiny() {
        if (!System.getProperty(Golden.PROPERTY, "").isBlank()) {
            return Golden.require("tiny");
        }
        return Path.of(System.getProperty("basedir", ""))
                .toAbsolutePath()
                .getParent()
                .resolveSibling("models")
                .resolve("src/test/resources/golden/tiny");
    }

    /** The folder of each. */
    static List<Path> folders() throws IOException {
        try (Stream<Path> folders = Files.list(tiny())) {
            return folders.filter(f -> Files.exists(f.resolve("config.json")))
                    .sorted()
                    .toList();
        }
    }

    /** The encoder of a folder, such as {@code ced}. */
    static Encoder open(String name) throws IOException {
        return open(tiny().resolve(name));
    }

    static Encoder open(Path folder) throws IOException {
        EncoderConfig config = EncoderConfig.read(folder);
        EncoderSettings settings = EncoderSettings.AUTHORS
                .withModel(config.model())
                .withConfig(config.entries())
                .withFrames(config.frames())
                .withNorm(config.mean(), config.std())
                .withSampleRate(config.rate())
                .withHeads(config.heads());
        try (Checkpoint file = Checkpoint.open(checkpoint(folder))) {
            return Encoders.build(file, settings);
        }
    }

    /** The first file of an encoder's weights. */
    static Path checkpoint(String name) throws IOException {
        return checkpoint(tiny().resolve(name));
    }

    private static Path checkpoint(Path folder) throws IOException {
        List<Path> checkpoints = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(f -> f.getFileName().toString().matches("checkpoint\\..*|model\\.safetensors|model_hf.*"))
                    .sorted()
                    .forEach(checkpoints::add);
        }
        return checkpoints.getFirst();
    }
}
