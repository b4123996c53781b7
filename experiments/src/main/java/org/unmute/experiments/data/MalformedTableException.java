package org.unmute.experiments.data;

import java.io.IOException;
import java.nio.file.Path;

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

    /** Quotes text from a file for a message: control characters are replaced, long text is truncated. */
    public static String quote(String text) {
        StringBuilder out = new StringBuilder("'");
        text.codePoints().limit(QUOTED_CHARS).forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c));
        return out.append(text.codePointCount(0, text.length()) > QUOTED_CHARS ? "…'" : "'")
                .toString();
    }
}
