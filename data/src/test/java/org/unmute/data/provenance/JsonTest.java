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
                    .contains("Grünspecht 啄木鳥 ")
                    .contains(" a\\u001B[2J\\u007F\\u009B1m\\u202E\\u2066\\u2028\\n\\\"\\\\");
            assertThat(text.lines().flatMapToInt(String::codePoints).filter(PlainText::acts))
                    .isEmpty();
            assertThat(new ObjectMapper().readTree(text).path(NAME).asText()).isEqualTo(NAME);
        }
        assertThat(printed).contains("\uD83D\uDC26");
    }
}
