package org.unmute.events.encoder;

import java.util.Locale;
import org.unmute.tensor.DType;

/** Element types of stored tokens, by their names in options and records. */
public enum TokenType {
    f16,
    f32;

    /** The element type. */
    public DType dtype() {
        return DType.valueOf(name().toUpperCase(Locale.ROOT));
    }
}
