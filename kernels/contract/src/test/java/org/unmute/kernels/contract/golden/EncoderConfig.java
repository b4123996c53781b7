package org.unmute.kernels.contract.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the {@code config.json} of a small encoder with reference numbers says that its checkpoints do not hold. 0 and
 * NaN stand for what it does not say, as they do in settings of encoders.
 *
 * @param model   kind of encoder, such as {@code eat}, fine-tuned or not
 * @param wav     the recording, below the root of the reference numbers; empty if none is named
 * @param entries of the model's configuration, by name
 * @param frames  in a window
 * @param heads   of the attention
 * @param mean    of the log energies
 * @param std     of the log energies
 * @param rate    of the front end in Hz
 */
public record EncoderConfig(
        String model,
        String wav,
        Map<String, String> entries,
        int frames,
        int heads,
        double mean,
        double std,
        int rate) {
    /**
     * Reads the file in an encoder's folder.
     *
     * @throws IOException if it cannot be read or names no encoder
     */
    public static EncoderConfig read(Path folder) throws IOException {
        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("config.json").toFile());
        if (!json.path("encoder").isTextual()) {
            throw new IOException(folder + ": config.json states no \"encoder\"");
        }
        String model = json.get("encoder").asText().replaceFirst("_ft$", "");
        Map<String, String> entries = new LinkedHashMap<>();
        json.path("cfg")
                .properties()
                .forEach(e -> entries.put(e.getKey(), e.getValue().asText()));
        if (json.has("stride_freq_time")) {
            entries.put("fstride", json.get("stride_freq_time").get(0).asText());
            entries.put("tstride", json.get("stride_freq_time").get(1).asText());
        }
        JsonNode frames = switch (model) {
            case "m2d" -> json.path("input_size").path(1);
            case "dasheng" -> MissingNode.getInstance();
            default -> json.path("target_length");
        };
        int heads = json.path("heads").asInt(json.path("num_heads").asInt());
        return new EncoderConfig(
                model,
                json.path("wav").asText(),
                entries,
                frames.asInt(),
                json.path("cfg_model").path("encoder_attention_heads").asInt(heads),
                json.path("norm_mean").asDouble(Double.NaN),
                json.path("norm_std").asDouble(Double.NaN),
                json.path("sample_rate").asInt());
    }
}
