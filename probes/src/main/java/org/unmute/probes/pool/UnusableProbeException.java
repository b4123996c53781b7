package org.unmute.probes.pool;

import java.io.IOException;
import org.unmute.files.Diagnosis;

/**
 * A well-formed file does not hold a probe or training state that this program can use: it has another format, is
 * incomplete, contradicts itself, or belongs to another run. The message names the file, the problem and the remedy.
 */
public final class UnusableProbeException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /** @param message names the file, the problem and the remedy */
    public UnusableProbeException(String message) {
        super(message);
    }

    /**
     * @param message names the file, the problem and the remedy
     * @param cause the exception that revealed the problem
     */
    public UnusableProbeException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
