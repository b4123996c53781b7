package org.unmute.experiments.protocol;

/** A cell cannot come to a result: no configuration gave a number. */
public final class CellFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CellFailedException(String message) {
        super(message);
    }
}
