package org.unmute.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.files.MalformedFileException;

/** Tables that Apache's own writer wrote, of all kinds of columns, pages and compression. */
class ParquetTableTest {
    @TempDir
    Path folder;

    static Path file(String name) {
        return Path.of("src/test/resources/parquet", name);
    }

    private static List<List<String>> rows(Path file) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        try (ParquetTable table = ParquetTable.open(file)) {
            while (table.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 0; i < table.names().size(); i++) {
                    row.add(table.cells().text(i));
                }
                rows.add(row);
                assertThat(table.row()).isEqualTo(rows.size());
            }
            assertThat(table.rows()).isEqualTo(rows.size());
            assertThat(table.next()).isFalse();
        }
        return rows;
    }

    /** Row i of the tables of all kinds, as their writer made it. */
    private static List<String> expected(int i) {
        boolean there = i % 7 != 3;
        List<String> row = new ArrayList<>(List.of("clip-%03d.wav".formatted(i)));
        if (there) {
            byte[] cost = {(byte) (i % 2 == 0 ? 0 : -1), 0, 0, (byte) i, 7};
            row.addAll(List.of(
                    Boolean.toString(i % 3 == 0),
                    Integer.toString(-i),
                    Integer.toString(i * 1_000_003),
                    Integer.toUnsignedString(-1 - i),
                    Long.toString(i * 1_000_000_007L - 5),
                    Long.toUnsignedString(-1L - i),
                    i % 5 == 4 ? "" : Float.toString(i / 8f),
                    Double.toString(i * 0.1),
                    LocalDate.ofEpochDay(20_000 + i).toString(),
                    Instant.EPOCH
                            .plus(1_700_000_000_123_456L + i, ChronoUnit.MICROS)
                            .toString(),
                    LocalDateTime.ofInstant(Instant.ofEpochMilli(-1_001L - i), ZoneOffset.UTC)
                            .toString(),
                    i % 2 == 0 ? "123.45" : "-123.45",
                    new BigDecimal(new BigInteger(cost), 3).toPlainString(),
                    i % 2 == 0 ? "EVEN" : "ODD"));
        } else {
            row.addAll(Arrays.asList("", "", "", "", "", "", "", "", "", "", "", "", "", ""));
        }
        List<String> labels = new ArrayList<>();
        for (int k = 0; k < i % 4 - 1; k++) {
            String text = k == 0 ? "'it\\'s \\\\ \"" + i % 3 + "'" : "'wren'";
            labels.add(i % 5 != 0 ? text : "None");
        }
        List<String> events = new ArrayList<>();
        for (int k = 0; k < i % 3; k++) {
            List<String> inner = new ArrayList<>();
            for (int m = 0; m < 2 * (i % 4 - 1); m++) {
                inner.add(Double.toString(i + m / 4.0));
            }
            events.add(k == 0 || i % 2 == 0 ? inner.toString() : "None");
        }
        row.add(i % 4 == 0 ? "" : labels.toString());
        row.add(i % 4 == 0 ? "" : events.toString());
        row.add(List.of("[]", "[0]", "[0, 1]").get(i % 3));
        row.addAll(i % 2 == 0 ? List.of("pond", "", "['Ada', None]") : List.of("", "", ""));
        return row;
    }

    @ParameterizedTest
    @ValueSource(strings = {"kinds-plain", "kinds-snappy", "kinds-gzip", "kinds-zstd"})
    void cellsAreThoseThatWereWritten(String name) throws IOException {
        List<List<String>> rows = rows(file(name + ".parquet"));
        assertThat(rows).hasSize(60);
        for (int i = 0; i < 60; i++) {
            assertThat(rows.get(i)).as("row %d", i).isEqualTo(expected(i));
        }
    }

    @Test
    void largePagesOfZstandardAreRead() throws IOException {
        List<List<String>> rows = rows(file("text-zstd.parquet"));
        assertThat(rows).hasSize(3000);
        for (int i = 0; i < 3000; i++) {
            assertThat(rows.get(i)).containsExactly(text(i), Long.toString(i * 7919L % 1009));
        }
    }

    /** Row i of the table of texts. */
    private static String text(int i) {
        StringBuilder text = new StringBuilder();
        long state = i * 0x9E3779B97F4A7C15L + 1;
        for (int k = 0; k < 1 + i % 6; k++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            text.append(List.of("wren ", "robin ", "blackbird ", "song thrush ").get((int) (state >>> 62)));
            if (k % 3 == 0) {
                text.append(Long.toHexString(state >>> 40)).append(' ');
            }
        }
        return text.toString();
    }

    @Test
    void columnsThatAreNotReadAreNamed() throws IOException {
        try (ParquetTable table = ParquetTable.open(file("kinds-plain.parquet"))) {
            assertThat(table.names())
                    .contains("file", "labels", "site.name", "people.name")
                    .doesNotContain("raw");
            assertThat(table.leftOut())
                    .containsExactly(
                            "old (values of a type that is not read)",
                            "raw (bytes that are no text)",
                            "notes.key_value.key (a map)",
                            "notes.key_value.value (a map)");
        }
    }

    @Test
    void listsAreGivenWithoutTheirNotation() throws IOException {
        try (ParquetTable table = ParquetTable.open(file("kinds-snappy.parquet"))) {
            List<List<String>> labels = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                table.next();
                labels.add(table.cells().list(table.names().indexOf("labels")));
            }
            assertThat(labels)
                    .containsExactly(List.of(), List.of(), List.of("it's \\ \"2"), List.of("it's \\ \"0", "wren"));
            ParquetTable.Row row = table.cells();
            assertThat(row.list(table.names().indexOf("file"))).isNull();
            int events = table.names().indexOf("events");
            table.next();
            table.next();
            assertThatThrownBy(() -> table.cells().list(events)).hasMessageContaining("'events' has lists of lists");
        }
    }

    @Test
    void numbersOfClassesBecomeNames() throws IOException {
        List<List<String>> rows = rows(file("hub-test_5s.parquet"));
        try (ParquetTable table = ParquetTable.open(file("hub-test_5s.parquet"))) {
            int label = table.names().indexOf("ebird_code_multilabel");
            int single = table.names().indexOf("ebird_code");
            assertThat(rows.stream().map(row -> row.get(label)))
                    .containsExactly("['gcrfin', 'whcspa']", "[]", "['whcspa']", "[None]");
            assertThat(rows.stream().map(row -> row.get(single))).containsOnly("");
            assertThat(table.leftOut()).containsExactly("audio.bytes (bytes that are no text)");
        }
    }

    private Path changed(String name, int at, int... bytes) throws IOException {
        byte[] all = Files.readAllBytes(file(name));
        for (int i = 0; i < bytes.length; i++) {
            all[at < 0 ? all.length + at + i : at + i] = (byte) bytes[i];
        }
        return Files.write(folder.resolve("changed.parquet"), all);
    }

    @Test
    void damageIsNamedWithItsPlace() throws IOException {
        assertThatThrownBy(() -> ParquetTable.open(changed("kinds-plain.parquet", -1, 'x')))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("changed.parquet: no-end at byte 22865")
                .hasMessageContaining("not all of it is there");
        assertThatThrownBy(() -> ParquetTable.open(changed("kinds-plain.parquet", -8, 255, 255, 255, 127)))
                .hasMessageContaining("bad-size")
                .hasMessageContaining("a description of 2147483647 bytes in a file of 22873");
        // The first page of the first column: its checksum no longer matches.
        Path page = changed("kinds-plain.parquet", 60, 'X');
        assertThatThrownBy(() -> rows(page))
                .hasMessageContaining("bad-checksum")
                .hasMessageContaining("is damaged");
        Path empty = Files.write(folder.resolve("empty.parquet"), new byte[] {'P', 'A', 'R', '1'});
        assertThatThrownBy(() -> ParquetTable.open(empty)).hasMessageContaining("no-end");
    }

    @Test
    void fileIsKnownByItsFirstBytes() throws IOException {
        assertThat(ParquetTable.isOne(file("kinds-plain.parquet"))).isTrue();
        assertThat(ParquetTable.isOne(file("README.md"))).isFalse();
        assertThat(ParquetTable.isOne(folder)).isFalse();
        assertThat(ParquetTable.isOne(folder.resolve("missing"))).isFalse();
    }
}
