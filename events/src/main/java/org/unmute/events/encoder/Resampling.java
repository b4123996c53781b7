package org.unmute.events.encoder;

import java.util.Locale;
import org.unmute.audio.Resampler;

/** Resampling filters, by their names in options, records and cache keys. */
public enum Resampling {
    hann,
    kaiser_best,
    kaiser_fast;

    /** The name of a filter. */
    public static Resampling of(Resampler.Kernel kernel) {
        return valueOf(kernel.name().toLowerCase(Locale.ROOT));
    }

    /** The filter. */
    public Resampler.Kernel kernel() {
        return Resampler.Kernel.valueOf(name().toUpperCase(Locale.ROOT));
    }
}
