package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.data.TextTable;
import org.unmute.data.provenance.Json;

/** Checks a Camtrap DP against the table schemas of its release, which are kept in the test resources. */
final class CamtrapSchemas {
    private static final Path SCHEMAS = Path.of("src/test/resources/camtrap-dp-1.0.2");

    private CamtrapSchemas() {}

    /** Checks the tables of a package: columns, types, constraints and keys. */
    static void check(Path folder) throws IOException {
        Map<String, Set<String>> keys = new HashMap<>();
        for (JsonNode resource : Json.read(folder.resolve("datapackage.json")).get("resources")) {
            String schema = resource.get("schema").asText();
            assertThat(schema).contains("/camtrap-dp/1.0.2/");
            table(
                    folder.resolve(resource.get("path").asText()),
                    schema(schema.substring(schema.lastIndexOf('/') + 1)),
                    resource.get("name").asText(),
                    keys);
        }
        assertThat(keys).containsOnlyKeys("deployments", "media", "observations");
    }

    private static JsonNode schema(String name) throws IOException {
        return Json.read(SCHEMAS.resolve(name));
    }

    private static void table(Path file, JsonNode schema, String name, Map<String, Set<String>> keys)
            throws IOException {
        List<String> names = new ArrayList<>();
        schema.get("fields").forEach(f -> names.add(f.get("name").asText()));
        Set<String> primary = new HashSet<>();
        TextTable.forEach(file, row -> {
            assertThat(row.table().names()).isEqualTo(names);
            for (JsonNode field : schema.get("fields")) {
                value(row.text(field.get("name").asText()), field);
            }
            assertThat(primary.add(row.text(schema.get("primaryKey").asText())))
                    .as("a key that is unique")
                    .isTrue();
            for (JsonNode key : schema.path("foreignKeys")) {
                String value = row.text(key.get("fields").asText());
                if (!value.isEmpty()) {
                    assertThat(keys.get(key.at("/reference/resource").asText())).contains(value);
                }
            }
        });
        assertThat(primary).isNotEmpty();
        keys.put(name, primary);
    }

    private static void value(String text, JsonNode field) {
        JsonNode rules = field.path("constraints");
        String name = field.get("name").asText();
        if (text.isEmpty()) {
            assertThat(rules.path("required").asBoolean())
                    .as(name + " is required")
                    .isFalse();
            return;
        }
        switch (field.get("type").asText()) {
            case "number", "integer" -> {
                double number = Double.parseDouble(text);
                assertThat(number >= rules.path("minimum").asDouble(number)).isTrue();
                assertThat(number <= rules.path("maximum").asDouble(number)).isTrue();
            }
            case "boolean" -> assertThat(text).isIn("true", "false");
            case "datetime" -> {
                assertThat(text).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d)");
                OffsetDateTime.parse(text);
            }
            default -> {}
        }
        if (rules.has("enum")) {
            List<String> allowed = new ArrayList<>();
            rules.get("enum").forEach(e -> allowed.add(e.asText()));
            assertThat(allowed).as(name).contains(text);
        }
        if (rules.has("pattern")) {
            assertThat(text).as(name).matches(rules.get("pattern").asText());
        }
    }
}
