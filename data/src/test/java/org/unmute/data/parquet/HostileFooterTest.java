package org.unmute.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.data.parquet.ThriftWriter.little;
import static org.unmute.data.parquet.ThriftWriter.struct;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.files.MalformedFileException;

/** Column descriptions and rows that expand in memory, read with a heap of 256 MiB: the process goes on. */
class HostileFooterTest {
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

    @TempDir
    static Path folder;

    private static final Map<String, String> SAID = new LinkedHashMap<>();

    private static void file(String name, byte[] data, byte[] footer) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(MAGIC);
        all.writeBytes(data);
        all.writeBytes(footer);
        all.writeBytes(little(footer.length));
        all.writeBytes(MAGIC);
        Files.write(folder.resolve(name), all.toByteArray());
        SAID.put(name, null);
    }

    private static byte[] footer(List<byte[]> schema, List<byte[]> notes) {
        return struct(1, 1, 2, schema, 3, 0L, 4, List.of(), 5, notes);
    }

    /** 20,000 columns in nested structures with long names. */
    private static byte[] longNames() {
        int leaves = 20_000;
        int depth = 22;
        List<byte[]> schema = new ArrayList<>(List.of(struct(4, "schema", 5, 1)));
        for (int i = 0; i < depth; i++) {
            schema.add(struct(3, 0, 4, "n".repeat(8_000), 5, i < depth - 1 ? 1 : leaves));
        }
        schema.addAll(Collections.nCopies(leaves, struct(1, 1, 3, 0, 4, "c")));
        return footer(schema, null);
    }

    private static byte[] manyColumns(int leaves) {
        List<byte[]> schema = new ArrayList<>(List.of(struct(4, "s", 5, leaves)));
        schema.addAll(Collections.nCopies(leaves, struct(1, 1, 4, "")));
        return footer(schema, null);
    }

    private static final List<byte[]> ONE_COLUMN = List.of(struct(4, "schema", 5, 1), struct(1, 1, 3, 0, 4, "c"));

    private static byte[] bracketsInANote(int count) {
        String json = "[" + String.join(",", Collections.nCopies(count, "{}")) + "]";
        return footer(ONE_COLUMN, List.of(struct(1, "huggingface", 2, json)));
    }

    /** A wide file that a real writer might produce. */
    private static byte[] wide(int columns, int groups) {
        List<byte[]> schema = new ArrayList<>(List.of(struct(4, "schema", 5, columns)));
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            String name = "class_%04d".formatted(i);
            schema.add(struct(1, 1, 3, 1, 4, name));
            byte[] chunk = struct(
                    1, 1, 2, List.of(0, 3, 8), 3, List.of(name), 4, 1, 5, 0, 6, 1000, 7, 0, 9, 4, 12, struct(3, 0));
            chunks.add(struct(2, 0, 3, chunk));
        }
        List<byte[]> all = Collections.nCopies(groups, struct(1, chunks, 2, 0, 3, 0));
        return struct(1, 1, 2, schema, 3, 0, 4, all);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] page(int type, int field, int cells, byte[] content) throws IOException {
        byte[] packed = gzip(content);
        byte[] about = struct(1, cells, 2, 0, 3, type == 0 ? 3 : null, 4, type == 0 ? 3 : null);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(struct(1, type, 2, content.length, 3, packed.length, field, about));
        all.writeBytes(packed);
        return all.toByteArray();
    }

    /** Writes a row with a page in each of several columns, compressed with gzip. */
    private static void row(String name, int columns, int repetition, int cells, byte[]... pages) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        // The budget grows with the file.
        data.writeBytes(new byte[500_000]);
        int at = 4 + data.size();
        Arrays.asList(pages).forEach(data::writeBytes);
        int length = 4 + data.size() - at;
        List<byte[]> schema = new ArrayList<>(List.of(struct(4, "schema", 5, columns)));
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            schema.add(struct(1, 1, 3, repetition, 4, "c" + i));
            byte[] chunk =
                    struct(1, 1, 2, List.of(0), 3, List.of("c" + i), 4, 2, 5, cells, 6, length, 7, length, 9, at);
            chunks.add(struct(2, 0, 3, chunk));
        }
        byte[] group = struct(1, chunks, 2, 0, 3, 1);
        file(name, data.toByteArray(), struct(1, 1, 2, schema, 3, 1, 4, List.of(group)));
    }

    /** Writes a file with several columns, each with a list of {@code cells} numbers. */
    private static void longLists(String name, int columns, int cells) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ByteArrayOutputStream run = new ByteArrayOutputStream();
        ThriftWriter.varint(run, 2);
        run.write(0);
        ThriftWriter.varint(run, (long) (cells - 1) << 1);
        run.write(1);
        content.writeBytes(little(run.size()));
        content.writeBytes(run.toByteArray());
        run.reset();
        ThriftWriter.varint(run, (long) cells << 1);
        run.write(1);
        content.writeBytes(little(run.size()));
        content.writeBytes(run.toByteArray());
        content.writeBytes(new byte[4 * cells]);
        row(name, columns, 2, cells, page(0, 5, cells, content.toByteArray()));
    }

    @BeforeAll
    static void readAll() throws Exception {
        file("long-names", new byte[0], longNames());
        file("many-columns", new byte[0], manyColumns(1_000_000));
        file("empty-structures", new byte[0], footer(ONE_COLUMN, Collections.nCopies(5_000_000, struct())));
        file("brackets-in-a-note", new byte[0], bracketsInANote(4_000_000));
        file("wide", new byte[2000], wide(2_000, 200));
        row("long-dictionary", 1, 0, 1, page(2, 7, 6_000_000, new byte[24_000_000]), page(0, 5, 1, new byte[4]));
        longLists("long-lists", 14, 300_000);
        longLists("lists", 2, 100_000);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:-UsePerfData",
                "-cp",
                classPath(),
                SmallHeapProcess.class.getName()));
        SAID.keySet().forEach(name -> command.add(folder.resolve(name).toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        for (String line : output.lines().toList()) {
            String[] parts = line.split("\\|");
            SAID.put(parts[0], parts[1]);
        }
    }

    private static String classPath() {
        Path tests = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/test-classes");
        return Stream.concat(
                        Stream.of(tests),
                        Stream.of(
                                        ParquetTable.class,
                                        MalformedFileException.class,
                                        ObjectMapper.class,
                                        JsonParser.class,
                                        JsonProperty.class)
                                .map(HostileFooterTest::location))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path location(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"long-names", "brackets-in-a-note", "long-lists"})
    void aFileThatNeedsMoreMemoryThanThereIsFails(String name) {
        assertThat(SAID.get(name))
                .startsWith("too-large: ")
                .contains("more than the memory that there is, 256 MiB", "export the columns that are needed as CSV");
    }

    @Test
    void structuresThatSayNothingTakeNoMemory() throws IOException {
        assertThat(Files.size(folder.resolve("empty-structures"))).isGreaterThan(5_000_000);
        assertThat(SAID).containsEntry("empty-structures", "read: 1 columns");
    }

    @Test
    void aDescriptionOfManyColumnsAndGroupsIsRead() throws IOException {
        assertThat(Files.size(folder.resolve("wide"))).isGreaterThan(15_000_000);
        assertThat(SAID).containsEntry("wide", "read: 2000 columns");
    }

    @Test
    void columnsCount() {
        assertThat(SAID.get("many-columns"))
                .startsWith("too-large: ")
                .contains("1000001 columns and structures; at most 200000 are read");
    }

    @Test
    void entriesOfADictionaryCount() {
        assertThat(SAID.get("long-dictionary"))
                .startsWith("too-large: ")
                .contains("cells and texts of the file would take more than");
    }

    @Test
    void longListsAreRead() {
        assertThat(SAID).containsEntry("lists", "read: 2 columns");
    }
}
