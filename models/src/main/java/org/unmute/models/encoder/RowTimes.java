package org.unmute.models.encoder;

/**
 * When the token rows of an encoder begin: {@link EncoderSpec#rowStart} without the rest of the encoder.
 *
 * @param sampleRate in Hz
 * @param rowSamples samples from one row to the next
 * @param hopSamples samples from one window to the next; 0 where recordings are taken in one piece
 * @param hopRows    rows from one window to the next ({@link EncoderSpec#hopRows}); 0 with {@code hopSamples}
 */
public record RowTimes(int sampleRate, int rowSamples, int hopSamples, int hopRows) {
    /** @throws IllegalArgumentException if a rate or length is out of range */
    public RowTimes {
        if (sampleRate < 1 || rowSamples < 1 || hopSamples < 0 || hopRows < 0 || hopRows == 0 != (hopSamples == 0)) {
            throw new IllegalArgumentException(
                    "row times: " + rowSamples + " samples a row, " + hopSamples + " samples and " + hopRows
                            + " rows from one window to the next at " + sampleRate + " Hz do not fit");
        }
    }

    /**
     * The sample with which a row begins.
     *
     * @param row from 0
     */
    public long start(long row) {
        return hopRows == 0 ? row * rowSamples : row / hopRows * hopSamples + row % hopRows * rowSamples;
    }

    /**
     * How many of the rows of a recording begin before its end, at least 1; the others stand for padding.
     *
     * @param rows of its token map
     * @param samples of the recording
     */
    public int sound(int rows, long samples) {
        int sound = rows;
        while (sound > 1 && start(sound - 1) >= samples) {
            sound--;
        }
        return sound;
    }

    /** When a row begins, in seconds; it ends where the next one begins. */
    public double seconds(long row) {
        return (double) start(row) / sampleRate;
    }

    /** Length of a row in seconds. */
    public double rowSeconds() {
        return (double) rowSamples / sampleRate;
    }
}
