package org.unmute.experiments.detection;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.unmute.experiments.data.CsvLine;
import org.unmute.tensor.io.FileFailure;
import org.unmute.tensor.io.PlainText;
import org.unmute.tensor.io.RegularFile;

/** Recordings that were not heard to their end: {@code file,heard,reason}, with the seconds that were heard. */
final class SkippedTable implements AutoCloseable {
    static final String NAME = "skipped.csv";

    private final Path path;
    private final FileChannel channel;
    private final Writer out;

    SkippedTable(Path folder) throws IOException {
        path = folder.resolve(NAME);
        channel = RegularFile.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
        try {
            row("file", "heard", "reason");
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    void add(String file, double heard, String reason) throws IOException {
        row(PlainText.of(file), String.format(Locale.ROOT, "%.3f", heard), PlainText.of(reason));
    }

    private void row(String... cells) throws IOException {
        try {
            out.write(CsvLine.of((Object[]) cells));
            out.flush();
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }

    /** Waits until the table is on the device. */
    @Override
    public void close() throws IOException {
        try (channel) {
            out.flush();
            channel.force(true);
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }
}
