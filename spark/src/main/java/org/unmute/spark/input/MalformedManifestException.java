package org.unmute.spark.input;

import java.io.IOException;

/** Thrown if a manifest or list of recordings is malformed. The message begins with its URI and the line or row. */
public final class MalformedManifestException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedManifestException(String message, Exception cause) {
        super(message, cause);
    }
}
