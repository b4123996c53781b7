package org.unmute.events.field;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.data.CsvLine;
import org.unmute.data.parquet.ParquetTableWriter;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;
import org.unmute.events.detection.TableFile;
import org.unmute.files.FileFailure;
import org.unmute.files.PlainText;
import org.unmute.files.TemporaryFile;

/**
 * A table as CSV and, if wanted, Parquet, written row by row and in place only when it is whole. A number that is not
 * finite is {@code NA} in CSV and missing in Parquet.
 */
final class SummaryTable implements AutoCloseable {
    private final Path csv;
    private final Path parquet;
    private final TemporaryFile csvFile;
    private final Writer lines;
    private final TemporaryFile parquetFile;
    private final ParquetTableWriter rows;

    /** @param parquet whether to write Parquet too */
    SummaryTable(Path folder, String name, boolean parquet, List<Column> columns) throws IOException {
        csv = folder.resolve(name + ".csv");
        this.parquet = folder.resolve(name + ".parquet");
        csvFile = TemporaryFile.create(csv);
        TemporaryFile other = null;
        try {
            lines = TableFile.text(csvFile.channel());
            line(columns.stream().map(c -> PlainText.of(c.name())).toArray());
            other = parquet ? TemporaryFile.create(this.parquet) : null;
            rows = parquet ? begun(other, columns) : null;
        } catch (IOException | RuntimeException e) {
            try (csvFile;
                    TemporaryFile _ = other) {
                throw e;
            }
        }
        parquetFile = other;
    }

    private ParquetTableWriter begun(TemporaryFile file, List<Column> columns) throws IOException {
        return FileFailure.naming(parquet, () -> new ParquetTableWriter(file.channel(), columns));
    }

    static Column text(String name) {
        return new Column(name, Kind.TEXT);
    }

    static Column number(String name) {
        return new Column(name, Kind.OPTIONAL_DOUBLE);
    }

    /** @param cells texts and doubles, as the columns are */
    void row(Object... cells) throws IOException {
        if (rows != null) {
            try {
                rows.row(cells);
            } catch (IOException e) {
                throw FileFailure.named(parquet, e);
            }
        }
        Object[] shown = new Object[cells.length];
        for (int i = 0; i < cells.length; i++) {
            shown[i] = cells[i] instanceof Double number ? shown(number) : PlainText.of((String) cells[i]);
        }
        line(shown);
    }

    private void line(Object... cells) throws IOException {
        try {
            lines.write(CsvLine.of(cells));
        } catch (IOException e) {
            throw FileFailure.named(csv, e);
        }
    }

    /** Whole numbers as such, others with six decimals. */
    static String shown(double number) {
        return Double.isNaN(number)
                ? "NA"
                : number == Math.rint(number) && Math.abs(number) < 1e15
                        ? Long.toString((long) number)
                        : String.format(Locale.ROOT, "%.6f", number);
    }

    void finish() throws IOException {
        try {
            lines.flush();
            csvFile.replace(csv);
        } catch (IOException e) {
            throw FileFailure.named(csv, e);
        }
        if (rows != null) {
            try {
                rows.finish(Map.of());
                parquetFile.replace(parquet);
            } catch (IOException e) {
                throw FileFailure.named(parquet, e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (csvFile;
                TemporaryFile _ = parquetFile) {
            // what is not whole is deleted
        }
    }
}
