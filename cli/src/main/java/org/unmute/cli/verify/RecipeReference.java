package org.unmute.cli.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.console.CommandException;
import org.unmute.data.provenance.Json;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.Sha256;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.Shape;

/**
 * A folder of reference values for an encoder whose weights are generated from a recipe: {@code config.json} (encoder,
 * seed, size, window), {@code state_dict_keys.json} (names and shapes of the authors' checkpoint) and {@code
 * expected_small.safetensors} (some rows of each tensor, as {@code NAME.rows}) or {@code expected.safetensors} (whole
 * tensors).
 *
 * @param folder the folder
 * @param config its configuration
 */
public record RecipeReference(Path folder, JsonNode config) {
    private static final String ROWS = ".rows";
    private static final String STATISTICS = ".mean_std";

    public static RecipeReference open(Path folder) throws IOException {
        for (String needed : List.of("config.json", "state_dict_keys.json")) {
            if (!Files.isRegularFile(folder.resolve(needed))) {
                throw CommandException.input(
                        "no " + needed + " in " + folder + ": with --recipe the reference is a folder with "
                                + "config.json, state_dict_keys.json and expected_small.safetensors");
            }
        }
        return new RecipeReference(folder, Json.read(folder.resolve("config.json")));
    }

    /**
     * Checks against a recipe's examples that it is the one implemented here.
     *
     * @throws CommandException if an example has another result
     */
    public static void checkRecipe(Path recipe) throws IOException {
        if (!Files.isRegularFile(recipe)) {
            throw CommandException.input("no such recipe: " + recipe);
        }
        JsonNode examples = Json.read(recipe).path("examples");
        if (examples.isEmpty()) {
            throw CommandException.input(
                    recipe + ": has no examples, so it cannot be told whether it is the recipe known here");
        }
        for (Map.Entry<String, JsonNode> e : examples.properties()) {
            Shape shape = shape(e.getValue().path("shape"));
            JsonNode values = e.getValue().path("values");
            float[] made = new RecipeCheckpoint(
                            e.getValue().path("seed").asLong(), Map.of(e.getKey(), shape), Map.of(), Map.of())
                    .floats(e.getKey());
            for (int i = 0; i < made.length; i++) {
                if (values.size() != made.length
                        || made[i] != (float) values.get(i).asDouble()) {
                    throw CommandException.input(
                            recipe + ": example '" + e.getKey() + "' has other values than the recipe known here "
                                    + "makes: another recipe, or a changed file");
                }
            }
        }
    }

    /** The kind of encoder, without the suffix {@code _ft} of fine-tuned ones. */
    public String model() {
        String name = text("encoder");
        return name.endsWith("_ft") ? name.substring(0, name.length() - 3) : name;
    }

    private String text(String key) {
        if (!config.path(key).isTextual()) {
            throw CommandException.input(folder.resolve("config.json") + ": has no text '" + key + "'");
        }
        return config.get(key).asText();
    }

    /** The recording's path, relative to the recipe's folder. */
    public String wav() {
        return text("wav");
    }

    /** The generated checkpoint. */
    public RecipeCheckpoint checkpoint() throws IOException {
        JsonNode seed = config.has("seed") ? config.get("seed") : config.path("seed_teacher");
        if (!seed.canConvertToLong()) {
            throw CommandException.input(folder.resolve("config.json") + ": has no number 'seed'");
        }
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
        throw CommandException.input(folder.resolve("state_dict_keys.json") + ": has no teacher, model or state_dict");
    }

    /** The encoder that the checkpoint makes. */
    public OpenEncoder encoder() throws IOException {
        RecipeCheckpoint checkpoint = checkpoint();
        String origin = checkpoint.origin();
        return new OpenEncoder(
                Encoders.build(checkpoint, settings()), Sha256.of(origin + " " + model()), origin, null, Map.of());
    }

    private Map<String, String> cfg() {
        Map<String, String> cfg = new LinkedHashMap<>();
        config.path("cfg")
                .properties()
                .forEach(e -> cfg.put(e.getKey(), e.getValue().asText()));
        return cfg;
    }

    /** The settings that the checkpoint does not contain. */
    public EncoderSettings settings() {
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

    /** The features to compare with. */
    public ReferenceFeatures reference() throws IOException {
        Path small = folder.resolve("expected_small.safetensors");
        if (!Files.isRegularFile(small)) {
            return ReferenceFeatures.safetensors(folder.resolve("expected.safetensors"));
        }
        ReferenceFeatures all = ReferenceFeatures.safetensors(small);
        Map<String, ReferenceFeatures.Stored> tensors = new LinkedHashMap<>();
        all.tensors().forEach((name, stored) -> {
            if (name.endsWith(ROWS)) {
                String own = name.substring(0, name.length() - ROWS.length());
                ReferenceFeatures.Stored statistics = all.tensors().get(own + STATISTICS);
                tensors.put(
                        own,
                        new ReferenceFeatures.Stored(
                                stored.shape(),
                                stored.values(),
                                rows(own, stored),
                                statistics == null ? null : statistics.values()));
            } else if (!name.endsWith(STATISTICS)) {
                tensors.put(name, stored);
            }
        });
        return new ReferenceFeatures(all.origin(), tensors, all.unusable());
    }

    private int[] rows(String name, ReferenceFeatures.Stored stored) {
        JsonNode list = config.path("rows").path(name);
        if (stored.shape().rank() != 2 || list.size() != stored.shape().size(0)) {
            throw CommandException.input(folder.resolve("config.json") + ": 'rows' names " + list.size() + " rows of '"
                    + name + "', stored is " + stored.shape());
        }
        return list.valueStream().mapToInt(row -> row.asInt(-1)).toArray();
    }

    private static Shape shape(JsonNode sizes) {
        return Shape.of(sizes.valueStream().mapToLong(size -> size.asLong(-1)).toArray());
    }
}
