package org.unmute.benchmark.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/grid.md lists the keys that are read, and its example and its defaults are accepted with the stated meaning. */
class GridDocumentTest {
    private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");

    private static List<String> lines() throws IOException {
        return Files.readAllLines(Path.of("../docs/grid.md"));
    }

    /** Rows of the table under a heading; the table is found by the start of its header. */
    private static List<String[]> rows(String heading, String header) throws IOException {
        List<String[]> rows = new ArrayList<>();
        boolean here = false;
        boolean table = false;
        for (String line : lines()) {
            here = line.startsWith("## ") ? line.equals("## " + heading) : here;
            table = line.startsWith("|") && here && (table || line.startsWith("| " + header + " |"));
            if (table && line.startsWith("| `")) {
                rows.add(line.split("\\|"));
            }
        }
        return rows;
    }

    private static Set<String> keys(String heading, String header) throws IOException {
        Set<String> keys = new TreeSet<>();
        for (String[] row : rows(heading, header)) {
            Matcher m = QUOTED.matcher(row[1]);
            while (m.find()) {
                keys.add(m.group(1));
            }
        }
        return keys;
    }

    @Test
    void everyKeyIsListedAndNoOther() throws IOException {
        assertThat(keys("encoders", "key")).containsExactlyInAnyOrderElementsOf(EncoderReader.KEYS);
        assertThat(keys("datasets", "key"))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(DatasetReader.COMMON, DatasetReader.OF_OWN_FILES, DatasetReader.OF_MANIFEST)
                                .flatMap(List::stream)
                                .toList());
        assertThat(keys("datasets", "key of `mixup`")).containsExactlyInAnyOrderElementsOf(DatasetReader.MIXUP_KEYS);
        assertThat(keys("probes", "key")).containsExactlyInAnyOrderElementsOf(ProbeReader.KEYS);
        assertThat(keys("protocol", "key")).containsExactlyInAnyOrderElementsOf(ProtocolReader.KEYS);
        assertThat(keys("protocol", "key of `halving`"))
                .containsExactlyInAnyOrderElementsOf(ProtocolReader.HALVING_KEYS);
    }

    private static String example() throws IOException {
        String text = String.join("\n", lines());
        int start = text.indexOf("```toml\n") + 8;
        return text.substring(start, text.indexOf("```", start));
    }

    @Test
    void theExampleIsRead(@TempDir Path folder) throws IOException {
        Grid grid = Grid.read(Files.writeString(folder.resolve("grid.toml"), example()));
        assertThat(grid.cells()).extracting(Cell::path).containsExactly("eat/urban/linear", "eat/urban/protobin");
    }

    /** Writing out the documented defaults changes nothing. */
    @Test
    void theDefaultsOfTheProtocolAreTheDocuments(@TempDir Path folder) throws IOException {
        StringBuilder stated = new StringBuilder("\n[protocol]\n");
        for (String[] row : rows("protocol", "key")) {
            String key = row[1].replace("`", "").strip();
            String value = row[2].replace("`", "").strip();
            if (value.equals("none")) {
                continue; // what is off unless it is stated
            }
            stated.append(key)
                    .append(" = ")
                    .append(value.matches("[-\\[0-9].*|true|false") ? value : '"' + value + '"')
                    .append('\n');
        }
        Grid grid = Grid.read(Files.writeString(folder.resolve("grid.toml"), example() + stated));
        assertThat(grid.cells())
                .isEqualTo(Grid.read(Files.writeString(folder.resolve("plain.toml"), example()))
                        .cells());
        assertThat(grid.protocol().halving().orElseThrow())
                .isEqualTo(new org.unmute.benchmark.search.Halving(number("min-epochs"), number("eta")));
    }

    private static int number(String key) throws IOException {
        return rows("protocol", "key of `halving`").stream()
                .filter(r -> r[1].contains("`" + key + "`"))
                .map(r -> Integer.parseInt(r[2].strip()))
                .findFirst()
                .orElseThrow();
    }
}
