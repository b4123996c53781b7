package org.unmute.data.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.unmute.data.CsvLine;
import org.unmute.data.LineReader;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Place;

/**
 * Reads lines of tab-separated fields without quoting, as Raven and Audacity write them; empty lines are skipped. A
 * field that {@link CsvLine} guarded loses its apostrophe.
 */
final class TabRows implements AutoCloseable {
    private final LineReader lines;

    private TabRows(LineReader lines) {
        this.lines = lines;
    }

    static TabRows open(Path file) throws IOException {
        return new TabRows(LineReader.open(file));
    }

    /** The line of the last row. */
    Place place() {
        return lines.place();
    }

    /** The fields of the next line; null at the end. */
    List<String> next() throws IOException {
        for (String text = lines.any(); text != null; text = lines.any()) {
            if (!text.isEmpty()) {
                return Arrays.stream(text.split("\t", -1)).map(CsvLine::text).toList();
            }
        }
        return null;
    }

    MalformedTableException wrong(String detail) {
        return place().wrong(detail);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
