package org.unmute.data.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.files.PlainText;

class JsonTest {
    private static final String NAME = "Grünspecht 啄木鳥 \uD83D\uDC26 a\u001B[2J\u007F\u009B1m\u202E\u2066\u2028\n\"\\";

    /** JSON only requires escapes below U+0020, but {@code --json} also writes to a terminal. */
    @Test
    void whatActsOnATerminalIsEscapedAndNothingElse() throws IOException {
        String printed = Json.MAPPER.writeValueAsString(Map.of(NAME, NAME));
        String stored = new String(Json.MAPPER.writeValueAsBytes(Map.of(NAME, NAME)), StandardCharsets.UTF_8);
        for (String text : List.of(printed, stored)) {
            assertThat(text)
                    .contains("Grünspecht 啄木鳥 ", " a\\u001B[2J\\u007F\\u009B1m\\u202E\\u2066\\u2028\\n\\\"\\\\");
            assertThat(text.lines().flatMapToInt(String::codePoints).filter(PlainText::acts))
                    .isEmpty();
            assertThat(new ObjectMapper().readTree(text).path(NAME).asText()).isEqualTo(NAME);
        }
        assertThat(printed).contains("\uD83D\uDC26");
    }

    /** Otherwise two JVMs would write different bytes. */
    @Test
    void mapsWithoutAnOrderAreSorted() throws IOException {
        Map<String, Object> unordered = Map.of("e", 5, "c", 3, "a", 1, "d", 4, "b", Map.of("z", 26, "x", 24, "y", 25));
        String sorted = "{\"a\":1,\"b\":{\"x\":24,\"y\":25,\"z\":26},\"c\":3,\"d\":4,\"e\":5}";
        assertThat(compact(unordered)).isEqualTo(sorted);
        assertThat(compact(List.of(Map.copyOf(unordered)))).isEqualTo("[" + sorted + "]");
        assertThat(compact(new JsonObject().with("second", 2).with("first", 1)))
                .isEqualTo("{\"second\":2,\"first\":1}");
        assertThat(Json.MAPPER.valueToTree(unordered).toString()).isEqualTo(sorted);
    }

    private static String compact(Object value) throws IOException {
        return Json.MAPPER.writeValueAsString(value).replaceAll("\\s", "");
    }
}
