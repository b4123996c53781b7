package org.unmute.models.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.tensor.Shape;

/** Reads what a {@link RecipeCheckpoint} needs from a folder of reference numbers. */
final class GoldenRecipe {
    private GoldenRecipe() {}

    /** Names and shapes from {@code state_dict_keys.json}, the seed from {@code config.json}. */
    static RecipeCheckpoint read(Path folder) throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode config = json.readTree(folder.resolve("config.json").toFile());
        JsonNode keys = json.readTree(folder.resolve("state_dict_keys.json").toFile());
        keys = keys.path("checkpoint.pt").isObject() ? keys.get("checkpoint.pt") : keys;
        for (String group : List.of("teacher", "model", "state_dict")) {
            if (keys.path(group).isObject()) {
                return read(config, shapes(keys.get(group)));
            }
        }
        throw new IOException(folder + ": state_dict_keys.json has no teacher, model or state_dict");
    }

    /** The checkpoint with these tensors. */
    static RecipeCheckpoint read(JsonNode config, Map<String, Shape> shapes) {
        Map<String, String> metadata = new LinkedHashMap<>();
        config.path("cfg")
                .properties()
                .forEach(e -> metadata.put("cfg." + e.getKey(), e.getValue().asText()));
        JsonNode seed = config.has("seed") ? config.get("seed") : config.get("seed_teacher");
        return RecipeCheckpoint.of(
                config.get("encoder").asText(),
                config.path("size").asText().equals("full"),
                seed.asLong(),
                shapes,
                metadata);
    }

    private static Map<String, Shape> shapes(JsonNode group) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        group.properties().forEach(e -> {
            JsonNode sizes = e.getValue().get(0);
            if (sizes == null) {
                return; // a nested dictionary, such as the teacher of EAT, which the encoder does not use
            }
            long[] shape = new long[sizes.size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = sizes.get(i).asLong();
            }
            shapes.put(e.getKey(), Shape.of(shape));
        });
        return shapes;
    }
}
