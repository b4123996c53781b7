package org.unmute.probes.cache;

import java.io.IOException;
import org.unmute.files.Diagnosis;

/** A token cache cannot be used as asked: another encoder, a second writer, damage. The message says what to do. */
public final class TokenCacheException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    TokenCacheException(String message) {
        super(message);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
