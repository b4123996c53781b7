package org.unmute.probes.cache;

import java.io.IOException;
import org.unmute.files.Diagnosis;

/**
 * A token cache cannot be used as requested, for instance because of another encoder, a second writer or damage. The
 * message states the remedy.
 */
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
