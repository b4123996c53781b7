package org.unmute.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.data.provenance.Json;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.tensor.Shape;

/** An encoder whose weights are generated from a recipe: its configuration and the shapes of the authors' checkpoint. */
record RecipeReference(Path folder, JsonNode config) {
    static RecipeReference open(Path folder) throws IOException {
        return new RecipeReference(folder, Json.read(folder.resolve("config.json")));
    }

    /** The kind of encoder, without the suffix {@code _ft} of fine-tuned ones. */
    String model() {
        String name = text("encoder");
        return name.endsWith("_ft") ? name.substring(0, name.length() - 3) : name;
    }

    private String text(String key) {
        return config.get(key).asText();
    }

    /** The generated checkpoint. */
    RecipeCheckpoint checkpoint() throws IOException {
        JsonNode seed = config.has("seed") ? config.get("seed") : config.path("seed_teacher");
        JsonNode keys = Json.read(folder.resolve("state_dict_keys.json"));
        keys = keys.path("checkpoint.pt").isObject() ? keys.get("checkpoint.pt") : keys; // of several files (BAT)
        for (String group : List.of("teacher", "model", "state_dict")) {
            if (keys.path(group).isObject()) {
                Map<String, Shape> shapes = new LinkedHashMap<>();
                for (Map.Entry<String, JsonNode> e : keys.get(group).properties()) {
                    // A nested dictionary, such as EAT's moving average, is not a tensor of the encoder.
                    if (e.getValue().path(0).isArray()) {
                        shapes.put(e.getKey(), shape(e.getValue().get(0)));
                    }
                }
                Map<String, String> metadata = new LinkedHashMap<>();
                cfg().forEach((key, value) -> metadata.put("cfg." + key, value));
                return RecipeCheckpoint.of(
                        text("encoder"), config.path("size").asText().equals("full"), seed.asLong(), shapes, metadata);
            }
        }
        throw new AssertionError(folder.resolve("state_dict_keys.json") + ": has no teacher, model or state_dict");
    }

    private Map<String, String> cfg() {
        Map<String, String> cfg = new LinkedHashMap<>();
        config.path("cfg")
                .properties()
                .forEach(e -> cfg.put(e.getKey(), e.getValue().asText()));
        return cfg;
    }

    /** The settings that the checkpoint does not contain. */
    EncoderSettings settings() {
        Map<String, String> entries = cfg();
        JsonNode strides = config.path("stride_freq_time");
        if (strides.isArray() && strides.size() == 2) {
            entries.put("fstride", strides.get(0).asText());
            entries.put("tstride", strides.get(1).asText());
        }
        EncoderSettings settings = EncoderSettings.AUTHORS.withModel(model()).withConfig(entries);
        if (config.has("target_length") && !model().equals("dasheng")) {
            settings = settings.withFrames(config.get("target_length").asInt());
        }
        if (model().equals("m2d") && config.has("input_size")) {
            settings = settings.withFrames(config.get("input_size").get(1).asInt());
        }
        if (config.has("norm_mean")) {
            settings = settings.withNorm(
                    config.get("norm_mean").asDouble(), config.path("norm_std").asDouble());
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

    private static Shape shape(JsonNode sizes) {
        return Shape.of(sizes.valueStream().mapToLong(size -> size.asLong(-1)).toArray());
    }
}
