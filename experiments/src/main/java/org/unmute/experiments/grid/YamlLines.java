package org.unmute.experiments.grid;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Finds the line of each key of a YAML text. */
final class YamlLines {
    private final JsonParser parser;
    private final Map<String, Integer> lines = new HashMap<>();

    private YamlLines(JsonParser parser) {
        this.parser = parser;
    }

    /** Line, from 1, by path. */
    static Map<String, Integer> byPath(YAMLMapper mapper, String text) throws IOException {
        try (JsonParser parser = mapper.createParser(text)) {
            YamlLines reader = new YamlLines(parser);
            if (parser.nextToken() != null) {
                reader.value("");
            }
            return reader.lines;
        }
    }

    /** The parser stands on the value's first token, and on its last afterwards. */
    private void value(String path) throws IOException {
        lines.putIfAbsent(path, parser.currentTokenLocation().getLineNr());
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                value(path + "[" + i + "]");
            }
        } else if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = path.isEmpty() ? parser.currentName() : path + "." + parser.currentName();
                lines.put(key, parser.currentTokenLocation().getLineNr());
                parser.nextToken();
                value(key);
            }
        }
    }
}
