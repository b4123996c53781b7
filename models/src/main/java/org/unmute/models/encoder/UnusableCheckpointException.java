package org.unmute.models.encoder;

/** A well-formed file holds no encoder known here, or an incomplete or damaged one. The message names file and tensor. */
public final class UnusableCheckpointException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnusableCheckpointException(String message) {
        super(message);
    }

    UnusableCheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
