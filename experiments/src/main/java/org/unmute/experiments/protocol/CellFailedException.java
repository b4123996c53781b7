package org.unmute.experiments.protocol;

/** A cell has no result because no configuration gave a finite score. */
public final class CellFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CellFailedException(String message) {
        super(message);
    }
}
