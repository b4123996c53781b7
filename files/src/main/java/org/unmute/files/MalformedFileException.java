package org.unmute.files;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file violates its format or exceeds a limit. The message contains the file, byte offset, tensor and rule. */
public final class MalformedFileException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final @Nullable String tensor;
    private final String rule;

    /**
     * @param file name of the file
     * @param offset byte offset in the file at which the rule is violated
     * @param tensor name of the tensor concerned, or null
     * @param rule the rule in a few hyphenated words, such as {@code size-mismatch}
     * @param detail what is wrong, with the values
     */
    public MalformedFileException(
            String file, long offset, @Nullable String tensor, String rule, @Nullable String detail) {
        super(file + ": " + rule + " at byte " + offset + (tensor == null ? "" : ", tensor " + quote(tensor)) + ": "
                + detail);
        this.file = file;
        this.offset = offset;
        this.tensor = tensor;
        this.rule = rule;
    }

    /** An exception for a rule that does not concern a single tensor. */
    public MalformedFileException(String file, long offset, String rule, String detail) {
        this(file, offset, null, rule, detail);
    }

    private MalformedFileException(MalformedFileException e, String advice) {
        super(e.getMessage() + ": " + advice, e);
        file = e.file;
        offset = e.offset;
        tensor = e.tensor;
        rule = e.rule;
    }

    /** This exception with advice added to the end of the message. */
    public MalformedFileException advising(String advice) {
        return new MalformedFileException(this, advice);
    }

    /** Name of the file. */
    public String file() {
        return file;
    }

    /** Byte offset in the file at which the rule is violated. */
    public long offset() {
        return offset;
    }

    /** The tensor concerned, if there is one. */
    public Optional<String> tensor() {
        return Optional.ofNullable(tensor);
    }

    /** The rule in a few hyphenated words. */
    public String rule() {
        return rule;
    }

    /** Quotes text from a file for a message; see {@link PlainText#quote}. */
    public static String quote(String text) {
        return PlainText.quote(text);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
