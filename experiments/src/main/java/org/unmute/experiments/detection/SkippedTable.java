package org.unmute.experiments.detection;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.unmute.experiments.data.CsvLine;
import org.unmute.tensor.io.PlainText;
import org.unmute.tensor.io.RegularFile;

/** Recordings that were not heard to their end: {@code file,heard,reason}, with the seconds that were heard. */
final class SkippedTable implements AutoCloseable {
    static final String NAME = "skipped.csv";

    private final Writer out;

    SkippedTable(Path folder) throws IOException {
        out = new BufferedWriter(Channels.newWriter(
                RegularFile.open(
                        folder.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE),
                StandardCharsets.UTF_8));
        row("file", "heard", "reason");
    }

    void add(String file, double heard, String reason) throws IOException {
        row(PlainText.of(file), String.format(Locale.ROOT, "%.3f", heard), PlainText.of(reason));
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
