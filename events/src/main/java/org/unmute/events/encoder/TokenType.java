package org.unmute.events.encoder;

import java.util.Locale;
import org.unmute.tensor.DType;

/** Types in which tokens are stored, by the names that options and records have for them. */
public enum TokenType {
    f16,
    f32;

    /** The element type. */
    public DType dtype() {
        return DType.valueOf(name().toUpperCase(Locale.ROOT));
    }
}
