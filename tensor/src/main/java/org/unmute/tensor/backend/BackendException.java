package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.files.Diagnosis;

/** A device failed or ran out of memory. The message says what failed, where, and what to do. */
public class BackendException extends RuntimeException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1;

    /** An exception with its cause, which may be null. */
    public BackendException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.FAILED;
    }
}
