package org.unmute.data.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The class names that Hugging Face's {@code datasets} stores in files whose columns contain class indices. The note
 * {@value #NOTE} holds JSON: the type of each column, where a list or sequence has the type of its elements.
 */
final class HuggingFaceNote {
    /** Name of the note. */
    static final String NOTE = "huggingface";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private HuggingFaceNote() {}

    /**
     * The class names by column, without columns that have none.
     *
     * @param note null for none
     */
    static Map<String, List<String>> of(String note) {
        Map<String, List<String>> all = new HashMap<>();
        JsonNode features;
        try {
            features = MAPPER.readTree(note == null ? "{}" : note).path("info").path("features");
        } catch (JsonProcessingException e) {
            throw new BrokenRuleException("bad-note", "the note '" + NOTE + "', which may name classes, is not JSON");
        }
        for (Map.Entry<String, JsonNode> feature : features.properties()) {
            List<String> names = names(feature.getValue());
            if (!names.isEmpty()) {
                all.put(feature.getKey(), names);
            }
        }
        return all;
    }

    private static List<String> names(JsonNode type) {
        JsonNode element = type;
        // Versions differ in how they describe a list.
        while (element.has("feature") || element.isArray() && element.size() == 1) {
            element = element.isArray() ? element.get(0) : element.get("feature");
        }
        List<String> names = new ArrayList<>();
        if (element.path("_type").asText().equals("ClassLabel")) {
            element.path("names").forEach(name -> names.add(name.asText()));
        }
        return names;
    }
}
