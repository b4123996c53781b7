package org.unmute.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.data.parquet.ThriftWriter.little;
import static org.unmute.data.parquet.ThriftWriter.struct;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.files.MalformedFileException;

/** Small files that claim large content. */
class HostileParquetTest {
    private static final int DATA = 0;
    private static final int DICTIONARY = 2;

    @TempDir
    Path folder;

    private static byte[] dataPage(int cells, int encoding, int unpacked, byte... body) {
        byte[] own = struct(1, cells, 2, encoding, 3, 3, 4, 3);
        return joined(struct(1, DATA, 2, unpacked, 3, body.length, 5, own), body);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List.of(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** A file with one column of texts or of integers. */
    private Path file(boolean texts, int repetition, int codec, long rows, byte[] pages) throws IOException {
        int type = texts ? 6 : 1;
        List<byte[]> schema =
                List.of(struct(4, "schema", 5, 1), struct(1, type, 3, repetition, 4, "c", 6, texts ? 0 : null));
        long size = pages.length;
        byte[] chunk = struct(1, type, 2, List.of(0), 3, List.of("c"), 4, codec, 5, rows, 6, size, 7, size, 9, 4);
        byte[] group = struct(1, List.of(struct(2, 0L, 3, chunk)), 2, 0L, 3, rows);
        byte[] end = struct(1, 1, 2, schema, 3, rows, 4, List.of(group));
        byte[] magic = {'P', 'A', 'R', '1'};
        return Files.write(folder.resolve("hostile.parquet"), joined(magic, pages, end, little(end.length), magic));
    }

    private static List<String> readToEnd(ParquetTable table) throws IOException {
        List<String> texts = new ArrayList<>();
        while (table.next()) {
            texts.add(table.cells().text(0));
        }
        return texts;
    }

    private static List<String> texts(Path file) throws IOException {
        try (ParquetTable table = ParquetTable.open(file)) {
            return readToEnd(table);
        }
    }

    /**
     * Requires that a file is rejected when this row is read, not billions of rows later; the fuzzer limits time and
     * memory.
     */
    private static void refuses(Path file, int row, String... words) throws IOException {
        try (ParquetTable table = ParquetTable.open(file)) {
            assertFails(MalformedFileException.class, () -> readToEnd(table), words);
            assertThat(table.row()).isEqualTo(row);
        }
    }

    @Test
    void wellFormedOneIsRead() throws IOException {
        // Three missing values: a run of level 0.
        Path file = file(true, 1, 0, 3, dataPage(3, 0, 6, (byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 6, (byte) 0));
        assertThat(texts(file)).containsExactly("", "", "");
    }

    /**
     * Delta length encoding, which no writer of the test files uses: all lengths as differences, followed by all texts.
     */
    @Test
    void textsAfterTheirLengthsAreRead() throws IOException {
        byte[] lengths = {(byte) 0x80, 1, 4, 3, 2, 2, 0, 0, 0, 0};
        byte[] body = joined(lengths, "abbccc".getBytes(StandardCharsets.US_ASCII));
        Path file = file(true, 0, 0, 3, dataPage(3, 6, body.length, body));
        assertThat(texts(file)).containsExactly("a", "bb", "ccc");
        byte[] cut = joined(lengths, "abbcc".getBytes(StandardCharsets.US_ASCII));
        refuses(file(true, 0, 0, 3, dataPage(3, 6, cut.length, cut)), 1, "too-short");
    }

    @Test
    void billionsOfMissingValuesInAFewBytes() throws IOException {
        int cells = Integer.MAX_VALUE;
        byte[] run = {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0};
        byte[] body = joined(little(run.length), run);
        refuses(
                file(true, 1, 0, cells, dataPage(cells, 0, body.length, body)),
                1,
                "hostile.parquet: too-large at byte",
                "which is 128 times its size and 4 MiB");
    }

    @Test
    void billionsOfTheSameText() throws IOException {
        int cells = Integer.MAX_VALUE;
        byte[] entry = joined(little(1), new byte[] {'a'});
        byte[] header = struct(1, DICTIONARY, 2, entry.length, 3, entry.length, 7, struct(1, 1, 2, 0));
        byte[] dictionary = joined(header, entry);
        byte[] run = {1, (byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0};
        refuses(file(true, 0, 0, cells, joined(dictionary, dataPage(cells, 8, run.length, run))), 1, "too-large");
    }

    @Test
    void pageThatStatesGigabytes() throws IOException {
        refuses(file(true, 0, 1, 1, dataPage(1, 0, Integer.MAX_VALUE, (byte) 1)), 1, "bad-page", "2147483647 unpacked");
        refuses(file(true, 0, 1, 1, dataPage(1, 0, 1 << 27, (byte) 1)), 1, "too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3 LZO", "4 BROTLI", "5 LZ4", "7 LZ4_RAW"})
    void compressionThatIsNotRead(String codec) throws IOException {
        refuses(
                file(true, 0, codec.charAt(0) - '0', 1, dataPage(1, 0, 1, (byte) 1)),
                1,
                "compressed by " + codec.substring(2) + ", which is not read",
                "snappy, zstd or gzip");
    }

    @Test
    void textsThatAreNoUtf8() throws IOException {
        byte[] body = joined(little(2), new byte[] {(byte) 0xC3, (byte) 0x28});
        refuses(file(true, 0, 0, 1, dataPage(1, 0, body.length, body)), 1, "bad-utf8");
    }
}
