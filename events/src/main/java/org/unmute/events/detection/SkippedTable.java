package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.unmute.data.CsvLine;
import org.unmute.files.PlainText;

/** Table of recordings that were not read to their end: {@code file,seconds_read,reason}. */
final class SkippedTable implements AutoCloseable {
    static final String NAME = "skipped.csv";

    private final TableFile out;

    SkippedTable(Path folder) throws IOException {
        out = new TableFile(folder.resolve(NAME));
        try {
            row("file", "seconds_read", "reason");
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    void add(String file, double read, String reason) throws IOException {
        row(PlainText.of(file), String.format(Locale.ROOT, "%.3f", read), PlainText.of(reason));
    }

    private void row(String... cells) throws IOException {
        out.write(CsvLine.of((Object[]) cells));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
