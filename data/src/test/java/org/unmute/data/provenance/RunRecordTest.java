package org.unmute.data.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRecordTest {
    @TempDir
    Path folder;

    @Test
    void holdsWhatIsNeededToDoItAgain() throws IOException {
        Path input = Files.writeString(folder.resolve("abc.txt"), "abc");
        new RunRecord(List.of("unmute", "probe", "--seed", "7"))
                .seed(7)
                .backend("vector", "256-bit vectors")
                .input(input)
                .result("map", 0.1234567890123)
                .result("classes", Map.of("dog", 1))
                .write(folder.resolve("new"));
        JsonNode run = Json.MAPPER.readTree(folder.resolve("new/run.json").toFile());
        assertThat(run.get("command")).hasSize(4);
        assertThat(run.get("seed").longValue()).isEqualTo(7);
        assertThat(run.get("backend").textValue()).isEqualTo("vector");
        assertThat(run.get("backendReason").textValue()).isEqualTo("256-bit vectors");
        assertThat(run.get("version").textValue()).isNotBlank().doesNotContain("$");
        assertThat(run.get("commit").textValue()).isNotBlank().doesNotContain("$");
        assertThat(run.get("java").textValue()).contains(Runtime.version().toString());
        // SHA-256 of "abc" from FIPS 180-4.
        assertThat(run.get("inputs").get(0).get("sha256").textValue())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(run.get("inputs").get(0).get("bytes").longValue()).isEqualTo(3);
        assertThat(Instant.parse(run.get("finished").textValue()))
                .isAfterOrEqualTo(Instant.parse(run.get("started").textValue()));
        assertThat(run.get("results").get("map").doubleValue()).isEqualTo(0.1234567890123);
        try (var files = Files.list(folder.resolve("new"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void whatIsUnknownIsLeftOut() throws IOException {
        new RunRecord(List.of("unmute")).write(folder);
        JsonNode run = Json.MAPPER.readTree(folder.resolve("run.json").toFile());
        assertThat(run.has("seed")).isFalse();
        assertThat(run.has("backend")).isFalse();
    }
}
