package org.unmute.models.checkpoint;

import org.unmute.files.Diagnosis;

/**
 * Thrown when a well-formed file holds no known encoder, or an incomplete or damaged one. The message names the file
 * and the tensor.
 */
public final class UnusableCheckpointException extends IllegalArgumentException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /** @param message which tensor of which file is wrong, and how to fix it */
    public UnusableCheckpointException(String message) {
        super(message);
    }

    /**
     * @param message what is wrong with which file, and how to fix it
     * @param cause the exception that revealed it
     */
    public UnusableCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
