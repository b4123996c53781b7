package org.unmute.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;

/** Written files are read back; the Spark tests read such files with Apache's own reader. */
class ParquetTableWriterTest {
    private static final List<Column> COLUMNS = List.of(
            new Column("file", Kind.TEXT),
            new Column("start", Kind.DOUBLE),
            new Column("low", Kind.OPTIONAL_DOUBLE),
            new Column("pooled", Kind.FLOATS),
            new Column("channel", Kind.INT));

    @TempDir
    Path folder;

    private static byte[] table(int rows, int dim) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ParquetTableWriter writer = new ParquetTableWriter(Channels.newChannel(bytes), COLUMNS);
        Random random = new Random(1);
        for (int i = 0; i < rows; i++) {
            writer.row(
                    name(i), i * 0.25, i % 3 == 0 ? Double.NaN : -i, vector(random, i % 5 == 4 ? 0 : dim), i * 7 - 3);
        }
        writer.finish(Map.of("pool", "mean"));
        return bytes.toByteArray();
    }

    private static String name(int i) {
        return "dawn \u00e9/" + i % 1000 + ".wav";
    }

    private static float[] vector(Random random, int dim) {
        float[] vector = new float[dim];
        for (int d = 0; d < dim; d++) {
            vector[d] = random.nextFloat() - 0.5f;
        }
        return vector;
    }

    private void check(int rows, int dim) throws IOException {
        Path file = Files.write(folder.resolve("table.parquet"), table(rows, dim));
        try (ParquetTable table = ParquetTable.open(file)) {
            assertThat(table.rows()).isEqualTo(rows);
            assertThat(table.names()).containsExactly("file", "start", "low", "pooled", "channel");
            Random random = new Random(1);
            for (int i = 0; i < rows; i++) {
                assertThat(table.next()).isTrue();
                ParquetTable.Row row = table.cells();
                String numbers = row.text(0) + " " + row.text(1) + " " + row.text(2) + " " + row.text(4);
                assertThat(numbers)
                        .isEqualTo(name(i) + " " + i * 0.25 + " " + (i % 3 == 0 ? "" : Double.toString(-i)) + " "
                                + (i * 7 - 3));
                float[] vector = vector(random, i % 5 == 4 ? 0 : dim);
                List<String> read = row.list(3);
                assertThat(read).hasSize(vector.length);
                for (int d = 0; d < vector.length; d++) {
                    assertThat(Float.parseFloat(read.get(d))).isEqualTo(vector[d]);
                }
            }
            assertThat(table.next()).isFalse();
        }
    }

    @Test
    void rowsAreReadAsTheyWereWritten() throws IOException {
        check(7, 3);
        check(1, 1);
        check(1001, 40);
    }

    @Test
    void tableWithoutRowsIsOne() throws IOException {
        check(0, 3);
    }

    @Test
    void largeTablesHaveSeveralPagesAndGroups() throws IOException {
        check(140_000, 1);
        check(60, 20_000);
    }

    @Test
    void bytesDependOnTheRowsAlone() throws IOException {
        assertThat(table(300, 9)).isEqualTo(table(300, 9));
    }

    @Test
    void rowsMustFitTheColumns() throws IOException {
        ParquetTableWriter writer = new ParquetTableWriter(Channels.newChannel(new ByteArrayOutputStream()), COLUMNS);
        assertThatThrownBy(() -> writer.row("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parquet: a row of 1 cells in a table of 5 columns");
        writer.finish(Map.of());
        assertThatThrownBy(() -> writer.finish(Map.of())).isInstanceOf(IllegalStateException.class);
    }
}
