package org.unmute.experiments.detection;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.unmute.experiments.annotation.AnnotationFormat;
import org.unmute.tensor.io.RegularFile;

/** Recordings that were not heard to their end: {@code file,heard,reason}, with the seconds that were heard. */
final class SkippedTable implements AutoCloseable {
    static final String NAME = "skipped.csv";

    private final Writer out;
    private final CSVPrinter csv;

    SkippedTable(Path folder) throws IOException {
        out = new BufferedWriter(Channels.newWriter(
                RegularFile.open(
                        folder.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE),
                StandardCharsets.UTF_8));
        csv = new CSVPrinter(
                out, CSVFormat.RFC4180.builder().setRecordSeparator('\n').get());
        csv.printRecord("file", "heard", "reason");
        csv.flush();
    }

    void add(String file, double heard, String reason) throws IOException {
        csv.printRecord(
                AnnotationFormat.cell(file), String.format(Locale.ROOT, "%.3f", heard), AnnotationFormat.cell(reason));
        csv.flush();
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
