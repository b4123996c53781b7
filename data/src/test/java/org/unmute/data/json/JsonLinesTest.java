package org.unmute.data.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.data.provenance.JsonObject;
import org.unmute.files.InputException;

/** Journals with a truncated end, and with damage that a crash cannot cause. */
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
        assertThat(withoutChecksums(file)).isEqualTo("{\"n\":1}\n{\"n\":0.0025,\"x\":null}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"n\":2", "{", "{\"n\":2}", "\0\0\0\0\0", "{\"n\":\0\0\0}\n", "\0\0\0}\n"})
    void whatStandsBehindTheLastLineFeedIsDropped(String torn) throws IOException {
        Path file = file("{\"n\":1}\n" + torn);
        assertThat(JsonLines.read(file)).hasSize(1);
        try (JsonLines lines = JsonLines.append(file, true)) {
            lines.add(new JsonObject().with("n", 3));
        }
        assertThat(withoutChecksums(file)).isEqualTo("{\"n\":1}\n{\"n\":3}\n");
        assertThat(JsonLines.read(file)).hasSize(2);
    }

    private static String withoutChecksums(Path file) throws IOException {
        return Files.readString(file).replaceAll(",\"crc32c\":\"[0-9a-f]{8}\"", "");
    }

    private Path journal() throws IOException {
        Path file = folder.resolve("a.jsonl");
        Files.deleteIfExists(file);
        try (JsonLines lines = JsonLines.append(file, false)) {
            lines.add(new JsonObject());
            for (int n = 1; n < 4; n++) {
                lines.add(new JsonObject()
                        .with("n", n)
                        .with("epochs", List.of(new JsonObject().with("seconds", n)))
                        .with("text", "ü, }\"seconds\":1")
                        .with("clipsPerSecond", n));
            }
        }
        assertThat(JsonLines.read(file)).hasSize(4);
        return file;
    }

    /** {@code docs/formats.md} describes how other programs can verify the checksum. */
    @Test
    void theChecksumIsThatOfAllBytesBeforeItWithoutDurations() throws IOException {
        String[] lines = Files.readString(journal()).split("(?<=\n)");
        StringBuilder before = new StringBuilder();
        for (String line : lines) {
            int at = line.lastIndexOf(line.startsWith("{\"crc32c\"") ? "\"crc32c\"" : ",\"crc32c\"");
            before.append(line, 0, at);
            CRC32C crc = new CRC32C();
            crc.update(before.toString()
                    .replaceAll("(\"(seconds|clipsPerSecond)\":)[^,}]+", "$1")
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(line.substring(at)).endsWith(String.format("\"crc32c\":\"%08x\"}", crc.getValue()) + "\n");
            before.append(line.substring(at));
        }
    }

    /** Without its checksum, the first line looks like one of an older version, until the second line is read. */
    @Test
    void everyChangedByteIsAnErrorWithItsLine() throws IOException {
        Path file = journal();
        byte[] whole = Files.readAllBytes(file);
        String durations = new String(whole, StandardCharsets.ISO_8859_1);
        Matcher duration =
                Pattern.compile("(?<=seconds\":)\\d|(?<=clipsPerSecond\":)\\d").matcher(durations);
        Set<Integer> free = new HashSet<>();
        duration.results().forEach(r -> free.add(r.start()));
        int line = 1;
        for (int at = 0; at < whole.length - 1; at++) {
            if (!free.contains(at)) {
                byte[] damaged = whole.clone();
                damaged[at] ^= 0x01;
                Files.write(file, damaged);
                assertThatThrownBy(() -> JsonLines.read(file))
                        .as("byte %d", at)
                        .isInstanceOf(InputException.class)
                        .hasMessageMatching("(?s).*a\\.jsonl:" + (line == 1 ? "[12]" : line) + ": .*");
            }
            line += whole[at] == '\n' ? 1 : 0;
        }
    }

    @Test
    void linesThatAreLostOrMovedAreAnError() throws IOException {
        Path file = journal();
        List<String> lines = Files.readAllLines(file);
        for (List<Integer> kept : List.of(List.of(0, 2, 3), List.of(1, 2, 3), List.of(0, 2, 1, 3), List.of(0, 1, 1))) {
            Files.writeString(
                    file, kept.stream().map(i -> lines.get(i) + "\n").collect(java.util.stream.Collectors.joining()));
            assertThatThrownBy(() -> JsonLines.read(file))
                    .as(kept.toString())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("changed after they were written");
        }
        Files.writeString(
                file, lines.get(0) + "\n" + lines.get(1) + "\n" + lines.get(2).replaceAll(",\"crc.*", "}\n"));
        assertFails(
                () -> JsonLines.read(file), "a.jsonl:3: crc32c is missing or malformed", "delete the cell's folder");
    }

    /** Durations differ between runs with the same results, and are excluded from the checksums. */
    @Test
    void durationsMayDiffer() throws IOException {
        String text = Files.readString(journal());
        Path file = file(text.replaceAll("\"(seconds|clipsPerSecond)\":\\d", "\"$1\":12.5"));
        assertThat(JsonLines.read(file).getLast().number("clipsPerSecond")).isEqualTo(12.5);
    }

    /** Journals without checksums, from older versions, are read and continued. */
    @Test
    void linesWithoutChecksumMayComeFirst() throws IOException {
        Path file = file("{\"n\":1}\n{\"n\":2,\"seconds\":3}\n");
        try (JsonLines lines = JsonLines.append(file, false)) {
            lines.add(new JsonObject().with("n", 3));
        }
        assertThat(JsonLines.read(file)).hasSize(3);
        Files.writeString(file, Files.readString(file).replace("\"n\":1", "\"n\":4"));
        assertFails(() -> JsonLines.read(file), "a.jsonl:3: crc32c is ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"n\":2", "[1]", "", "{\"n\":1} {\"n\":2}", "\0\0", "{\"n\":NaN}"})
    void otherDamageIsAnErrorWithItsLine(String damaged) throws IOException {
        Path file = file("{\"n\":1}\n" + damaged + "\n{\"n\":3}\n");
        assertFails(InputException.class, () -> JsonLines.read(file), "a.jsonl:2: ");
    }

    @Test
    void aLinkInThePlaceOfTheJournalIsLeftAlone() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "precious\nand not whole");
        Path link = Files.createSymbolicLink(folder.resolve("a.jsonl"), victim);
        assertFails(() -> JsonLines.append(link, true), "a.jsonl", "a symbolic link");
        assertThat(victim).hasContent("precious\nand not whole");
    }

    @Test
    void bytesThatAreNoTextAreAnErrorWithTheirLine() throws IOException {
        Path file = folder.resolve("a.jsonl");
        byte[] bytes = "{\"n\":1}\n{\"n\":\"?\"}\n".getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 4] = (byte) 0xFF;
        Files.write(file, bytes);
        assertFails(InputException.class, () -> JsonLines.read(file), "a.jsonl:2: ");
    }

    @Test
    void fieldsOfTheWrongKindAreNamed() throws IOException {
        Path file = file("{\"n\":\"one\",\"half\":0.5,\"list\":[1]}\n");
        JsonFields fields = JsonLines.read(file).getFirst();
        assertThatThrownBy(() -> fields.number("n"))
                .hasMessageContaining("a.jsonl:1: field 'n' is \"one\": a number or null is expected")
                .hasMessageContaining("delete the cell's folder");
        assertFails(() -> fields.whole("half"), "'half' is 0.5: a whole number is expected");
        assertFails(() -> fields.text("half"), "'half' is 0.5: a text is expected");
        assertFails(() -> fields.flag("n"), "true or false is expected");
        assertFails(() -> fields.objects("n"), "a list is expected");
        assertFails(() -> fields.objects("list"), "list[0]: an object is expected");
        assertFails(() -> fields.text("m"), "field 'm' is missing");
    }
}
