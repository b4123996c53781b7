package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ErrorReportTest {
    private static final String HOSTILE = "b\u001B\u009B\u202E.wav: malformed\nunmute embed: done";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int show(String message, Failure failure, String... args) {
        return new ErrorReport(new PrintWriter(out), new PrintWriter(err), args)
                .show("unmute embed", message, failure, false);
    }

    @Test
    void aLineBreakInANameForgesNoMessage() {
        assertThat(show(HOSTILE, new Failure(ExitCode.INPUT, HOSTILE, false), "embed"))
                .isEqualTo(ExitCode.INPUT);
        assertThat(err.toString().lines())
                .containsExactly("unmute embed: b\uFFFD\uFFFD\uFFFD.wav: malformed", "  unmute embed: done");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void withJsonTheErrorIsADocumentTooAndHasTheMessageAsItIs() throws IOException {
        show(HOSTILE, new Failure(ExitCode.INPUT, HOSTILE, false), "embed", "--json");
        assertThat(err.toString()).startsWith("unmute embed: b");
        assertThat(out.toString().lines().flatMapToInt(String::chars))
                .noneMatch(c -> Character.isISOControl(c) || c == 0x202E);
        JsonNode error = new ObjectMapper().readTree(out.toString()).path("error");
        assertThat(error.path("command").asText()).isEqualTo("unmute embed");
        assertThat(error.path("status").asInt()).isEqualTo(3);
        assertThat(error.path("reason").asText()).isEqualTo("input");
        assertThat(error.path("message").asText()).isEqualTo(HOSTILE);
        assertThat(error.path("bug").asBoolean(true)).isFalse();
    }
}
