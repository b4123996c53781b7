package org.unmute.models.encoder;

/**
 * Front-end output for one window.
 *
 * @param frames rows, in time order
 * @param bins numbers a frame
 * @param values {@code [frames, bins]}, row-major
 */
public record Spectrogram(int frames, int bins, float[] values) {
    /** Checks the length. */
    public Spectrogram {
        if (values.length != Math.multiplyExact(frames, bins)) {
            throw new IllegalArgumentException(
                    "spectrogram: " + values.length + " numbers for [" + frames + ", " + bins + "]");
        }
    }
}
