package org.unmute.audio.flac;

import java.io.IOException;

/** Bytes are not a valid frame. Thrown often while searching for frames, so it records no stack trace. */
final class InvalidFrameException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param reason what is wrong; messages put it after the position of the frame */
    InvalidFrameException(String reason) {
        super(reason);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
