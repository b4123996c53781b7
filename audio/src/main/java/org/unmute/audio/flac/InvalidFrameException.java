package org.unmute.audio.flac;

import java.io.IOException;

/** Bytes are no valid frame. Thrown often while frames are searched for, so it records no stack trace. */
final class InvalidFrameException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param reason what is wrong, to follow the place of the frame in a message */
    InvalidFrameException(String reason) {
        super(reason);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
