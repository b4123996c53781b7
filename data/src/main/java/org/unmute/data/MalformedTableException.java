package org.unmute.data;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.files.Diagnosis;
import org.unmute.files.PlainText;

/** Thrown if a label file, vocabulary or list is malformed. The message begins with {@code file:line}. */
public final class MalformedTableException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /**
     * @param file the malformed file
     * @param line its line, from 1; 0 for the file as a whole
     * @param detail the error and its remedy
     */
    public MalformedTableException(Path file, long line, String detail) {
        super(file + (line > 0 ? ":" + line : "") + ": " + detail);
    }

    /** Quotes text from a file for a message: cleaned, and truncated if it is long. */
    public static String quote(String text) {
        return PlainText.quote(text);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
