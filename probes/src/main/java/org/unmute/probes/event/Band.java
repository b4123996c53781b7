package org.unmute.probes.event;

/**
 * A range of frequencies.
 *
 * @param low  in Hz
 * @param high in Hz
 * @param full whether it is all that the encoder hears, so that it says nothing about the event
 */
public record Band(double low, double high, boolean full) {
    /** @throws IllegalArgumentException if the frequencies are no range */
    public Band {
        if (!(low >= 0 && low < high && Double.isFinite(high))) {
            throw new IllegalArgumentException("band: from " + low + " to " + high + " Hz");
        }
    }
}
