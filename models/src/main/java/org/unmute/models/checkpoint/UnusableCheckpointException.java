package org.unmute.models.checkpoint;

import org.unmute.files.Diagnosis;

/**
 * A well-formed file holds no encoder known here, or an incomplete or damaged one. The message names file and tensor.
 */
public final class UnusableCheckpointException extends IllegalArgumentException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong with which tensor of which file, and what to do */
    public UnusableCheckpointException(String message) {
        super(message);
    }

    /**
     * @param message what is wrong with which file, and what to do
     * @param cause what showed it
     */
    public UnusableCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
