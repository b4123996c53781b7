package org.unmute.probes.pool;

import java.io.IOException;
import org.unmute.files.Diagnosis;

/**
 * A well-formed file holds no probe, or no training, that this program can open: it is of another format, incomplete,
 * contradicts itself, or belongs to another run. The message names the file, what is wrong, and what to do.
 */
public final class UnusableProbeException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong with which file, and what to do */
    public UnusableProbeException(String message) {
        super(message);
    }

    /**
     * @param message what is wrong with which file, and what to do
     * @param cause what showed it
     */
    public UnusableProbeException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
