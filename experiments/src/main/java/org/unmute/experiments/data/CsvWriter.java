package org.unmute.experiments.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.commons.csv.CSVFormat;
import org.unmute.tensor.io.AtomicFile;

/** A CSV file that is written at the end, all or nothing: commas, line feeds, RFC 4180 quoting. */
public final class CsvWriter {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();

    private final StringBuilder text = new StringBuilder();

    /** @param columns names for the first row */
    public CsvWriter(String... columns) {
        row((Object[]) columns);
    }

    /** Adds a row; null is an empty field. */
    public void row(Object... fields) {
        text.append(FORMAT.format(fields)).append('\n');
    }

    /** Writes the file. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
