package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.parquet.ParquetTableWriter;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;
import org.unmute.files.AtomicFile;
import org.unmute.kernels.contract.FullBuild;

/** Spark reads tables that the command line writes, and vice versa. */
@FullBuild("runs Spark")
class ParquetExchangeTest {
    private static LocalSpark spark;

    @TempDir
    static Path temp;

    @BeforeAll
    static void start() {
        spark = new LocalSpark();
    }

    /** More rows than fit into one row group, some with missing values. */
    @Test
    void sparkReadsWhatTheCommandLineWrites() throws IOException {
        int rows = 150_000;
        Path file = temp.resolve("vectors.parquet");
        AtomicFile.write(file, out -> {
            ParquetTableWriter table = new ParquetTableWriter(
                    out,
                    List.of(
                            new Column("file", Kind.TEXT),
                            new Column("start", Kind.DOUBLE),
                            new Column("low", Kind.OPTIONAL_DOUBLE),
                            new Column("pooled", Kind.FLOATS)));
            for (int i = 0; i < rows; i++) {
                float[] vector = {i, -i / 8f, Float.MIN_VALUE};
                table.row(name(i), i * 0.5, i % 3 == 0 ? Double.NaN : -i, i % 7 == 0 ? new float[0] : vector);
            }
            table.finish(Map.of("pool", "mean"));
        });
        List<Row> read = spark.session().read().parquet(file.toString()).collectAsList();
        assertThat(read).hasSize(rows);
        for (int i = 0; i < rows; i++) {
            Row row = read.get(i);
            List<Float> vector = i % 7 == 0 ? List.of() : List.of((float) i, -i / 8f, Float.MIN_VALUE);
            boolean same = row.getString(0).equals(name(i))
                    && row.getDouble(1) == i * 0.5
                    && (i % 3 == 0 ? row.isNullAt(2) : row.getDouble(2) == -i)
                    && row.getList(3).equals(vector);
            assertThat(same).as("row %d: %s", i, row).isTrue();
        }
    }

    private static String name(int i) {
        return "dawn é/" + i % 1500 + ".wav";
    }

    @ParameterizedTest
    @ValueSource(strings = {"snappy", "gzip", "zstd", "none"})
    void labelsThatSparkWritesAreRead(String compression) throws IOException {
        StructType columns = new StructType()
                .add("path", DataTypes.StringType)
                .add("start", DataTypes.DoubleType)
                .add("end", DataTypes.DoubleType)
                .add("labels", DataTypes.createArrayType(DataTypes.StringType))
                .add("split", DataTypes.StringType);
        List<Row> rows = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            List<String> labels = List.of("wren", "robin", "it's a 'lark'").subList(0, i % 4 == 3 ? 0 : 1 + i % 3);
            boolean whole = i % 5 == 0;
            String split = i % 2 == 0 ? "train" : "test";
            rows.add(RowFactory.create(
                    "a/" + i + ".wav",
                    whole ? null : i * 0.5,
                    whole ? null : i * 0.5 + 1,
                    labels.toArray(String[]::new),
                    split));
            String part = (i * 5 % 10 == 0 ? i / 2 + "" : i / 2 + ".5");
            String end = (i * 5 % 10 == 0 ? i / 2 + 1 + "" : i / 2 + 1 + ".5");
            expected.add("a/" + i + ".wav" + (whole ? "" : "#" + part + "-" + end) + " " + split + " " + labels);
        }
        Path out = temp.resolve(compression);
        spark.session()
                .createDataFrame(rows, columns)
                .coalesce(1)
                .write()
                .mode(SaveMode.Overwrite)
                .option("compression", compression)
                .parquet(out.toString());
        LabelFile labels = LabelFile.read(out, LabelFile.Options.AUTO);
        assertThat(labels.manifest().clips().stream().map(c -> c.file() + " " + c.split() + " " + c.labels()))
                .containsExactlyElementsOf(expected);
    }
}
