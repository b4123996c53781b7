package org.unmute.data.provenance;

import java.io.IOException;
import org.unmute.files.Diagnosis;

/** A command may not write to a file or folder, since it would replace what another one or the user wrote. */
public final class RefusedOutputException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1;

    private final Diagnosis.Kind kind;

    RefusedOutputException(Diagnosis.Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    @Override
    public Diagnosis.Kind kind() {
        return kind;
    }
}
