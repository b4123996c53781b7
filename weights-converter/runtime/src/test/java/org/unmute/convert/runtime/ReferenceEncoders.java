package org.unmute.convert.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
        JsonNode config =
                new ObjectMapper().readTree(folder.resolve("config.json").toFile());
        try (Checkpoint file = Checkpoint.open(checkpoint(folder))) {
            return Encoders.build(file, settings(config));
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

    /** What a checkpoint does not hold. */
    private static EncoderSettings settings(JsonNode config) {
        String model = config.get("encoder").asText().replaceFirst("_ft$", "");
        Map<String, String> cfg = new LinkedHashMap<>();
        config.path("cfg")
                .properties()
                .forEach(e -> cfg.put(e.getKey(), e.getValue().asText()));
        if (config.has("stride_freq_time")) {
            cfg.put("fstride", config.get("stride_freq_time").get(0).asText());
            cfg.put("tstride", config.get("stride_freq_time").get(1).asText());
        }
        EncoderSettings settings = EncoderSettings.AUTHORS.withModel(model).withConfig(cfg);
        if (config.has("target_length") && !model.equals("dasheng")) {
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
}
