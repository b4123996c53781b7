package org.unmute.probes.event;

/**
 * A range of frequencies.
 *
 * @param low  in Hz
 * @param high in Hz
 * @param full whether the band covers the whole range of the encoder, so that it does not locate the event
 */
public record Band(double low, double high, boolean full) {
    /** @throws IllegalArgumentException if the frequencies are not a valid range */
    public Band {
        if (!(low >= 0 && low < high && Double.isFinite(high))) {
            throw new IllegalArgumentException("band: from " + low + " to " + high + " Hz");
        }
    }
}
