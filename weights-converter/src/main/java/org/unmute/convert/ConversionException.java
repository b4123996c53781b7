package org.unmute.convert;

import java.io.IOException;

/**
 * A checkpoint cannot be converted: tensors are missing, or numbers are not finite or do not fit the requested element
 * type.
 */
public final class ConversionException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, the affected names or values, and what to do */
    public ConversionException(String message) {
        super(message);
    }
}
