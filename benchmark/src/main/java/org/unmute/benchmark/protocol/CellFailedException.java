package org.unmute.benchmark.protocol;

import org.unmute.files.Diagnosis;

/** A cell has no result because no configuration gave a finite score. */
public final class CellFailedException extends RuntimeException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1;

    CellFailedException(String message) {
        super(message);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.FAILED;
    }
}
