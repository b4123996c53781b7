package org.unmute.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvLineTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "=HYPERLINK(\"http://x\")|\"'=HYPERLINK(\"\"http://x\"\")\"",
                "+a.wav|'+a.wav",
                "-a.wav|'-a.wav",
                "@SUM(1)|'@SUM(1)",
                "\uFF1D1+1|'\uFF1D1+1",
                "-1+cmd|'-1+cmd",
                "'=x|''=x",
                "''-|'''-",
                "'Akepa|'Akepa",
                "a=b|a=b",
                "-1.5|-1.5",
                "+3|+3",
                "-1.0E-5|-1.0E-5",
                "-3.00;-2.00|-3.00;-2.00",
                "-|'-",
            })
    void whatASpreadsheetWouldRunIsGuarded(String text, String cell) {
        assertThat(CsvLine.of(text)).isEqualTo(cell + "\n");
    }

    @Test
    void numbersAreNumbers() {
        assertThat(CsvLine.of("a", -1.5, -2, -1e-9f, null, Double.NEGATIVE_INFINITY))
                .isEqualTo("a,-1.5,-2,-1.0E-9,,-Infinity\n");
    }

    @Test
    void tablesGiveBackWhatWasWritten(@TempDir Path folder) throws IOException {
        List<String> names = List.of("=a.wav", "'=a.wav", "'Akepa", "-1", "+x;y", "say \"@hi\"", "a\n=b");
        CsvWriter writer = new CsvWriter("file", "=class");
        names.forEach(name -> writer.row(name, -0.5));
        Path file = folder.resolve("table.csv");
        writer.write(file);
        assertThat(Files.readString(file)).startsWith("file,'=class\n'=a.wav,-0.5\n''=a.wav,-0.5\n");
        List<String> read = new ArrayList<>();
        TextTable.forEach(file, row -> read.add(row.text("file")));
        assertThat(read).isEqualTo(names);
        try (TextTable table = TextTable.open(file)) {
            assertThat(table.names()).containsExactly("file", "=class");
        }
    }

    @Provide
    Arbitrary<String> cells() {
        return Arbitraries.strings()
                .withChars('\'', '=', '+', '-', '@', '\uFF1D', '1', '.', ';', 'e', 'a', ' ')
                .ofMaxLength(8);
    }

    @Property
    void everyTextIsGuardedAndComesBack(@ForAll("cells") String text) {
        String line = CsvLine.of("first", text);
        String cell = line.substring("first,".length(), line.length() - 1);
        String bare = cell.startsWith("\"") ? cell.substring(1, cell.length() - 1) : cell;
        assertThat(bare)
                .satisfiesAnyOf(
                        b -> assertThat(b).doesNotContainPattern("^[=+\\-@\uFF1D]"),
                        b -> assertThat(b).matches("[-+0-9.e;]*[0-9]"));
        assertThat(CsvLine.text(bare)).isEqualTo(text);
    }
}
