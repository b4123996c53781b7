package org.unmute.data.parquet;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.files.MalformedFileException;

/**
 * The class names that Hugging Face's {@code datasets} stores in files whose columns contain class indices. The note
 * {@value #NOTE} holds JSON: the type of each column, where a list or sequence has the type of its elements.
 */
final class HuggingFaceNote {
    /** Name of the note. */
    static final String NOTE = "huggingface";

    private static final int MAX_CLASSES = 1 << 20;
    /** Approximate memory that a token takes. */
    private static final int PER_TOKEN = 96;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private HuggingFaceNote() {}

    /**
     * The class names by column, without columns that have none.
     *
     * @param note   null for none
     * @param budget for the memory that the note takes
     */
    static Map<String, List<String>> of(Bytes in, String note, Budget budget) throws MalformedFileException {
        Map<String, List<String>> all = new HashMap<>();
        if (note == null) {
            return all;
        }
        JsonNode features;
        try {
            requireSmall(in, note, budget);
            features = MAPPER.readTree(note).path("info").path("features");
        } catch (MalformedFileException e) {
            throw e;
        } catch (IOException e) {
            throw in.wrong("bad-note", "the note '" + NOTE + "', which may name classes, is not JSON");
        }
        for (Map.Entry<String, JsonNode> feature : features.properties()) {
            List<String> names = names(feature.getValue());
            if (!names.isEmpty()) {
                all.put(feature.getKey(), names);
            }
        }
        return all;
    }

    /** Brackets take one byte each in the note, but each becomes an object of the tree. */
    private static void requireSmall(Bytes in, String note, Budget budget) throws IOException {
        try (JsonParser tokens = MAPPER.getFactory().createParser(note)) {
            while (tokens.nextToken() != null) {
                budget.take(PER_TOKEN, in.place());
            }
        }
    }

    private static List<String> names(JsonNode type) {
        JsonNode element = type;
        // Versions differ in how they describe a list.
        while (element.has("feature") || element.isArray() && element.size() == 1) {
            element = element.isArray() ? element.get(0) : element.get("feature");
        }
        List<String> names = new ArrayList<>();
        if (element.path("_type").asText().equals("ClassLabel")
                && element.path("names").size() <= MAX_CLASSES) {
            element.path("names").forEach(name -> names.add(name.asText()));
        }
        return names;
    }
}
