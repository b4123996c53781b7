package org.unmute.files;

/**
 * Thrown for a missing, damaged or contradictory file of an experiment. The message is for users and names the file.
 */
public final class InputException extends RuntimeException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /** @param message the file, what is wrong with it, and what to do */
    public InputException(String message) {
        super(message);
    }

    /** @param message the file, what is wrong with it, and what to do */
    public InputException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
