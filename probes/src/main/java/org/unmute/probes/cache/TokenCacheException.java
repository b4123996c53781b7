package org.unmute.probes.cache;

import java.io.IOException;

/** A token cache cannot be used as asked: another encoder, a second writer, damage. The message says what to do. */
public final class TokenCacheException extends IOException {
    private static final long serialVersionUID = 1L;

    TokenCacheException(String message) {
        super(message);
    }
}
