package org.unmute.audio;

import java.util.Locale;

/** A clip has fewer samples than a front end needs for its first frame or a network needs for its first token. */
public final class ClipTooShortException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int samples;
    private final int needed;

    /**
     * @param operation the front end or encoder, for the message
     * @param samples number of samples of the clip
     * @param needed minimum number of samples
     * @param sampleRate in Hz
     */
    public ClipTooShortException(String operation, int samples, int needed, int sampleRate) {
        super(String.format(
                Locale.ROOT,
                "%s: the clip is too short: it has %d samples (%.1f ms at %d Hz), at least %d are needed "
                        + "(%.1f ms)",
                operation,
                samples,
                1000.0 * samples / sampleRate,
                sampleRate,
                needed,
                1000.0 * needed / sampleRate));
        this.samples = samples;
        this.needed = needed;
    }

    /** Number of samples of the clip. */
    public int samples() {
        return samples;
    }

    /** Minimum number of samples. */
    public int needed() {
        return needed;
    }
}
