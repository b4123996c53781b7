package org.unmute.bench.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.files.AtomicFile;

/** A Markdown file with a table of this program between two comments. All other text stays unchanged. */
final class ReportFile {
    private static final String BEGIN = "<!-- unmute bench: table begins -->";
    private static final String END = "<!-- unmute bench: table ends -->";

    private ReportFile() {}

    /**
     * Replaces the table of a file, or appends it. The file is created if needed.
     *
     * @throws IOException if the table begins but does not end, or the file cannot be read or written
     */
    static void write(Path file, String table) throws IOException {
        String text = Files.exists(file) ? Files.readString(file) : "# Measurements\n";
        int from = text.indexOf(BEGIN);
        int to = text.indexOf(END, Math.max(0, from));
        if (from >= 0 && to < 0) {
            throw new IOException(file + ": the table begins but does not end: put the line " + END + " after it");
        }
        String own = BEGIN + "\n" + table.strip() + "\n" + END;
        String replaced = from < 0
                ? text.stripTrailing() + "\n\n" + own + "\n"
                : text.substring(0, from) + own + text.substring(to + END.length());
        AtomicFile.write(file, replaced.getBytes(StandardCharsets.UTF_8));
    }
}
