package org.unmute.bench.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.files.AtomicFile;

/**
 * A Markdown file with sections owned by this program, between comments that name them. All other text stays unchanged.
 */
final class ReportFile {
    private ReportFile() {}

    private static String mark(String section, boolean begin) {
        return "<!-- unmute bench: " + section + (begin ? " begins -->" : " ends -->");
    }

    /**
     * The text with a section replaced, or appended if there is none.
     *
     * @throws IOException if the section begins but does not end
     */
    static String replaced(String text, String section, String body) throws IOException {
        String begin = mark(section, true);
        String end = mark(section, false);
        String own = begin + "\n" + body.strip() + "\n" + end;
        int from = text.indexOf(begin);
        if (from < 0) {
            String before = text.stripTrailing();
            return before + (before.isEmpty() ? "" : "\n\n") + own + "\n";
        }
        int to = text.indexOf(end, from);
        if (to < 0) {
            throw new IOException(
                    "section '" + section + "' begins but does not end: put the line " + end + " after it");
        }
        return text.substring(0, from) + own + text.substring(to + end.length());
    }

    /** Replaces a section of a file, which is created if needed. An empty section changes nothing. */
    static void write(Path file, String section, String body) throws IOException {
        if (body.isEmpty()) {
            return;
        }
        String text = Files.exists(file) ? Files.readString(file) : "# Measurements\n";
        try {
            AtomicFile.write(file, replaced(text, section, body).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }
}
