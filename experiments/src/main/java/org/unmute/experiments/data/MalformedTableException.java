package org.unmute.experiments.data;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.experiments.PlainText;

/** A label file, vocabulary or list is malformed. The message begins with {@code file:line}. */
public final class MalformedTableException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int QUOTED_CHARS = 80;

    /**
     * @param file the file concerned
     * @param line its line, from 1; 0 for the file as a whole
     * @param detail what is wrong and what to do
     */
    public MalformedTableException(Path file, long line, String detail) {
        super(file + (line > 0 ? ":" + line : "") + ": " + detail);
    }

    /** Quotes text from a file for a message: cleaned, and truncated if it is long. */
    public static String quote(String text) {
        boolean fits = text.codePointCount(0, text.length()) <= QUOTED_CHARS;
        String shown = fits ? text : text.substring(0, text.offsetByCodePoints(0, QUOTED_CHARS)) + "…";
        return "'" + PlainText.of(shown) + "'";
    }
}
