package org.unmute.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import org.unmute.files.MalformedFileException;

/** Column descriptions and rows that would expand in memory: all are read with a heap of 256 MiB. */
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

    private static byte[] little(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static byte[] empty(ThriftWriter footer) {
        return footer.i64(3, 0).structs(4, 0).end().bytes();
    }

    /** 20,000 columns in nested structures with long names. */
    private static byte[] longNames() {
        int leaves = 20_000;
        int depth = 22;
        ThriftWriter footer = new ThriftWriter().i32(1, 1).structs(2, 1 + depth + leaves);
        footer.element().text(4, "schema").i32(5, 1).end();
        for (int i = 0; i < depth; i++) {
            footer.element()
                    .i32(3, 0)
                    .text(4, "n".repeat(8_000))
                    .i32(5, i < depth - 1 ? 1 : leaves)
                    .end();
        }
        for (int i = 0; i < leaves; i++) {
            footer.element().i32(1, 1).i32(3, 0).text(4, "c").end();
        }
        return empty(footer);
    }

    private static byte[] manyColumns(int leaves) {
        ThriftWriter footer = new ThriftWriter().i32(1, 1).structs(2, 1 + leaves);
        footer.element().text(4, "s").i32(5, leaves).end();
        for (int i = 0; i < leaves; i++) {
            footer.element().i32(1, 1).text(4, "").end();
        }
        return empty(footer);
    }

    private static ThriftWriter oneColumn() {
        ThriftWriter footer = new ThriftWriter().i32(1, 1).structs(2, 2);
        footer.element().text(4, "schema").i32(5, 1).end();
        footer.element().i32(1, 1).i32(3, 0).text(4, "c").end();
        return footer.i64(3, 0).structs(4, 0);
    }

    private static byte[] emptyStructures(int count) {
        ThriftWriter footer = oneColumn().structs(5, count);
        for (int i = 0; i < count; i++) {
            footer.element().end();
        }
        return footer.end().bytes();
    }

    private static byte[] bracketsInANote(int count) {
        String json = "[" + String.join(",", Collections.nCopies(count, "{}")) + "]";
        ThriftWriter footer = oneColumn().structs(5, 1);
        return footer.element().text(1, "huggingface").text(2, json).end().end().bytes();
    }

    /** A wide file that a real writer might produce. */
    private static byte[] wide(int columns, int groups) {
        ThriftWriter footer = new ThriftWriter().i32(1, 1).structs(2, 1 + columns);
        footer.element().text(4, "schema").i32(5, columns).end();
        for (int i = 0; i < columns; i++) {
            footer.element()
                    .i32(1, 1)
                    .i32(3, 1)
                    .text(4, "class_%04d".formatted(i))
                    .end();
        }
        footer.i64(3, 0).structs(4, groups);
        for (int g = 0; g < groups; g++) {
            footer.element().structs(1, columns);
            for (int i = 0; i < columns; i++) {
                footer.element().i64(2, 0).begin(3);
                footer.i32(1, 1)
                        .numbers(2, 0, 3, 8)
                        .texts(3, List.of("class_%04d".formatted(i)), 1)
                        .i32(4, 1)
                        .i64(5, 0)
                        .i64(6, 1000)
                        .i64(7, 0)
                        .i64(9, 4);
                footer.begin(12).i64(3, 0).end().end().end();
            }
            footer.i64(2, 0).i64(3, 0).end();
        }
        return footer.end().bytes();
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
        ThriftWriter header =
                new ThriftWriter().i32(1, type).i32(2, content.length).i32(3, packed.length);
        header.begin(field).i32(1, cells).i32(2, 0);
        if (type == 0) {
            header.i32(3, 3).i32(4, 3);
        }
        byte[] head = header.end().end().bytes();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head);
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
        ThriftWriter footer = new ThriftWriter().i32(1, 1).structs(2, 1 + columns);
        footer.element().text(4, "schema").i32(5, columns).end();
        for (int i = 0; i < columns; i++) {
            footer.element().i32(1, 1).i32(3, repetition).text(4, "c" + i).end();
        }
        footer.i64(3, 1).structs(4, 1).element().structs(1, columns);
        for (int i = 0; i < columns; i++) {
            footer.element().i64(2, 0).begin(3);
            footer.i32(1, 1)
                    .numbers(2, 0)
                    .texts(3, List.of("c" + i), 1)
                    .i32(4, 2)
                    .i64(5, cells)
                    .i64(6, length)
                    .i64(7, length)
                    .i64(9, at);
            footer.end().end();
        }
        file(name, data.toByteArray(), footer.i64(2, 0).i64(3, 1).end().end().bytes());
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
        file("empty-structures", new byte[0], emptyStructures(5_000_000));
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

    private static void isRefused(String name, String... words) {
        assertThat(SAID.get(name)).as(name).startsWith("too-large: ").contains(words);
    }

    @Test
    void namesOfStructuresDoNotMultiply() throws IOException {
        assertThat(Files.size(folder.resolve("long-names"))).isLessThan(377_000);
        isRefused("long-names", "the description of its columns, of ", "more than ", " bytes of memory", "as CSV");
    }

    @Test
    void columnsCount() {
        isRefused("many-columns", "the description of its columns, of ");
    }

    @Test
    void structuresThatSayNothingTakeNoMemory() throws IOException {
        assertThat(Files.size(folder.resolve("empty-structures"))).isGreaterThan(5_000_000);
        assertThat(SAID).containsEntry("empty-structures", "read: 1 columns");
    }

    @Test
    void aNoteCounts() {
        isRefused("brackets-in-a-note", "the description of its columns, of ");
    }

    @Test
    void aDescriptionOfManyColumnsAndGroupsIsRead() throws IOException {
        assertThat(Files.size(folder.resolve("wide"))).isGreaterThan(15_000_000);
        assertThat(SAID).containsEntry("wide", "read: 2000 columns");
    }

    @Test
    void entriesOfADictionaryCount() {
        isRefused("long-dictionary", "cells and texts of the file would take more than");
    }

    @Test
    void theListsOfARowCountTogether() {
        isRefused("long-lists", "the lists of a row are longer than 2 MiB");
        assertThat(SAID).containsEntry("lists", "read: 2 columns");
    }
}
