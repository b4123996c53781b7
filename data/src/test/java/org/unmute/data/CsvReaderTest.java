package org.unmute.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvReaderTest {

    private static List<List<String>> rows(byte[] bytes) throws IOException {
        Path file = Files.createTempFile("rows", ".csv");
        try {
            Files.write(file, bytes);
            return rows(file);
        } finally {
            Files.delete(file);
        }
    }

    private static List<List<String>> rows(Path file) throws IOException {
        try (CsvReader reader = CsvReader.open(file)) {
            List<List<String>> rows = new ArrayList<>();
            for (List<String> row = reader.next(); row != null; row = reader.next()) {
                rows.add(row);
            }
            return rows;
        }
    }

    private static List<List<String>> rows(String text) throws IOException {
        return rows(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsPlainAndQuotedFields() throws IOException {
        assertThat(rows("\uFEFFa,b\r\n\"x,1\",\"say \"\"hi\"\"\"\n\n,\"two\nlines\"\nä,"))
                .containsExactly(
                        List.of("a", "b"), List.of("x,1", "say \"hi\""), List.of("", "two\nlines"), List.of("ä", ""));
        assertThat(rows("")).isEmpty();
        assertThat(rows("\n\r\n")).isEmpty();
    }

    @Test
    void tabsSeparateInTsv(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.tsv"), "a,b\tc\n");
        assertThat(rows(file)).containsExactly(List.of("a,b", "c"));
    }

    @Test
    void eachRuleNamesFileAndLine(@TempDir Path folder) throws IOException {
        Object[][] cases = {
            {"a\nb\0c\n", 2, "a NUL byte"},
            {"a\nb\"c\n", 2, "a quote inside an unquoted field"},
            {"a\n\n\"b\"c\n", 3, "text after a closing quote"},
            {"a\n\"x\ny\"\n\"open\nand on", 4, "is never closed"},
            {"a\rb\n", 1, "a carriage return without line feed"},
            {"a\n" + "x".repeat(LineReader.MAX_BYTES + 1), 2, "longer than 1 MiB"},
        };
        for (Object[] c : cases) {
            Path file = Files.writeString(folder.resolve("bad.csv"), (String) c[0]);
            assertThatThrownBy(() -> rows(file))
                    .isInstanceOf(MalformedTableException.class)
                    .hasMessageStartingWith(file + ":" + c[1] + ": ")
                    .hasMessageContaining((String) c[2]);
        }
        Path file = Files.write(folder.resolve("latin1.csv"), new byte[] {'a', '\n', (byte) 0xE4, '\n'});
        assertThatThrownBy(() -> rows(file))
                .hasMessage(file + ":2: a byte sequence that is not UTF-8: save the file as UTF-8");
    }

    @Provide
    Arbitrary<String> fields() {
        return Arbitraries.strings()
                .withChars('a', 'ü', ',', '"', '\n', ' ', ';')
                .ofMaxLength(6);
    }

    @Property
    void quotedFieldsComeBack(
            @ForAll @Size(min = 1, max = 5) List<@Size(min = 1, max = 4) List<@From("fields") String>> table)
            throws IOException {
        String text = table.stream()
                .map(row -> row.stream()
                        .map(f -> '"' + f.replace("\"", "\"\"") + '"')
                        .collect(Collectors.joining(",")))
                .collect(Collectors.joining("\n"));
        assertThat(rows(text)).isEqualTo(table);
    }
}
