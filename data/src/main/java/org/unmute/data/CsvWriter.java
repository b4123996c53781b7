package org.unmute.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.unmute.files.AtomicFile;

/** A CSV file of {@link CsvLine}s that is written at the end, completely or not at all. */
public final class CsvWriter {
    private final StringBuilder text = new StringBuilder();

    /** @param columns names for the first row */
    public CsvWriter(String... columns) {
        row((Object[]) columns);
    }

    /** Adds a row; null is an empty field. */
    public void row(Object... fields) {
        text.append(CsvLine.of(fields));
    }

    /** Writes the file. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
