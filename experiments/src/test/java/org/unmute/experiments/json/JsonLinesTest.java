package org.unmute.experiments.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.experiments.InputException;
import org.unmute.experiments.provenance.JsonObject;

/** Journals with a truncated end, and with damage that no crash can cause. */
class JsonLinesTest {
    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("a.jsonl"), text);
    }

    @Test
    void linesComeBackInOrder() throws IOException {
        Path file = folder.resolve("below/a.jsonl");
        assertThat(JsonLines.read(file)).isEmpty();
        try (JsonLines lines = JsonLines.append(file, true)) {
            lines.add(new JsonObject().with("n", 1));
        }
        try (JsonLines lines = JsonLines.append(file, false)) {
            lines.add(new JsonObject().with("n", 2.5e-3).with("x", Double.NaN));
        }
        assertThat(JsonLines.read(file)).hasSize(2);
        assertThat(JsonLines.read(file).getFirst().whole("n")).isEqualTo(1);
        assertThat(JsonLines.read(file).getLast().number("n")).isEqualTo(0.0025);
        assertThat(JsonLines.read(file).getLast().number("x")).isNaN();
        assertThat(Files.readString(file)).isEqualTo("{\"n\":1}\n{\"n\":0.0025,\"x\":null}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"n\":2", "{", "{\"n\":2}", "\0\0\0\0\0"})
    void whatStandsBehindTheLastLineFeedIsDropped(String torn) throws IOException {
        Path file = file("{\"n\":1}\n" + torn);
        assertThat(JsonLines.read(file)).hasSize(1);
        try (JsonLines lines = JsonLines.append(file, true)) {
            lines.add(new JsonObject().with("n", 3));
        }
        assertThat(Files.readString(file)).isEqualTo("{\"n\":1}\n{\"n\":3}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"n\":2", "[1]", "", "{\"n\":1} {\"n\":2}", "\0\0", "{\"n\":NaN}"})
    void otherDamageIsAnErrorWithItsLine(String damaged) throws IOException {
        Path file = file("{\"n\":1}\n" + damaged + "\n{\"n\":3}\n");
        assertThatThrownBy(() -> JsonLines.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a.jsonl:2: ");
    }

    @Test
    void bytesThatAreNoTextAreAnErrorWithTheirLine() throws IOException {
        Path file = folder.resolve("a.jsonl");
        byte[] bytes = "{\"n\":1}\n{\"n\":\"?\"}\n".getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 4] = (byte) 0xFF;
        Files.write(file, bytes);
        assertThatThrownBy(() -> JsonLines.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a.jsonl:2: ");
    }

    @Test
    void fieldsOfTheWrongKindAreNamed() throws IOException {
        Path file = file("{\"n\":\"one\",\"half\":0.5,\"list\":[1]}\n");
        JsonFields fields = JsonLines.read(file).getFirst();
        assertThatThrownBy(() -> fields.number("n"))
                .hasMessageContaining("a.jsonl:1: field 'n' is \"one\": a number or null is expected")
                .hasMessageContaining("delete the cell's folder");
        assertThatThrownBy(() -> fields.whole("half"))
                .hasMessageContaining("'half' is 0.5: a whole number is expected");
        assertThatThrownBy(() -> fields.text("half")).hasMessageContaining("'half' is 0.5: a text is expected");
        assertThatThrownBy(() -> fields.flag("n")).hasMessageContaining("true or false is expected");
        assertThatThrownBy(() -> fields.objects("n")).hasMessageContaining("a list is expected");
        assertThatThrownBy(() -> fields.objects("list")).hasMessageContaining("list[0]: an object is expected");
        assertThatThrownBy(() -> fields.text("m")).hasMessageContaining("field 'm' is missing");
    }
}
