package org.unmute.bench.gpu;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.unmute.files.AtomicFile;

/**
 * The outcome as Markdown for {@code bench/RESULTS.md}, written line by line: what has been written remains if the
 * check is killed, and is valid Markdown at any time.
 */
final class CheckReport {
    private final StringBuilder text = new StringBuilder();
    private final PrintWriter out;
    private final Path file;
    private boolean inTable;
    private boolean closed;

    /** @param file gets the same, as a whole after each line; null for none */
    CheckReport(PrintWriter out, Path file) {
        this.out = out;
        this.file = file;
    }

    /** A heading. */
    synchronized void heading(String line) {
        write("## " + line + "\n\n");
    }

    /** A list item, on one line. */
    synchronized void point(String line) {
        write((inTable ? "\n" : "") + "- " + oneLine(line) + "\n");
        inTable = false;
    }

    /** A list item below the last one. */
    synchronized void detail(String line) {
        write("  - " + oneLine(line) + "\n");
    }

    /** A row of the table of timings, which begins with the first. */
    synchronized void row(String row) {
        write((inTable ? "" : "\n" + CheckResult.HEAD) + row + "\n");
        inTable = true;
    }

    /** The last list item: what comes later is not written. */
    synchronized void close(String line) {
        point(line);
        closed = true;
    }

    static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\n\\s*", " / ");
    }

    private void write(String more) {
        if (closed) {
            return;
        }
        text.append(more);
        out.print(more);
        out.flush();
        if (file != null) {
            try {
                AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "the report cannot be written to " + file + ": " + e.getMessage()
                                + ": name another file with --out; standard output has all of it",
                        e);
            }
        }
    }
}
