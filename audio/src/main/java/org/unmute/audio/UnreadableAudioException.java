package org.unmute.audio;

import java.io.IOException;
import org.unmute.files.Diagnosis;

/** An audio file cannot be read: it is damaged, empty or of an unsupported kind. */
public class UnreadableAudioException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    private final String source;
    private final String reason;

    /**
     * @param source the file's name
     * @param reason what is wrong, with the values
     */
    public UnreadableAudioException(String source, String reason) {
        super(source + ": " + reason);
        this.source = source;
        this.reason = reason;
    }

    /** The file's name. */
    public String source() {
        return source;
    }

    /** What is wrong, as text for users. */
    public String reason() {
        return reason;
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
