package org.unmute.models.encoder;

import org.unmute.audio.playback.Speed;

/**
 * Times of an encoder's token rows: {@link EncoderSpec#rowStart} without the rest of the encoder.
 *
 * @param sampleRate in Hz
 * @param rowSamples samples from one row to the next
 * @param hopSamples samples from one window to the next; 0 if recordings are encoded in one piece
 * @param hopRows    rows from one window to the next ({@link EncoderSpec#hopRows}); 0 if {@code hopSamples} is 0
 * @param speed      at which recordings are played to the encoder; seconds are those of the recording
 */
public record RowTimes(int sampleRate, int rowSamples, int hopSamples, int hopRows, Speed speed) {
    /** @throws IllegalArgumentException if a rate or length is out of range */
    public RowTimes {
        if (sampleRate < 1 || rowSamples < 1 || hopSamples < 0 || hopRows < 0 || hopRows == 0 != (hopSamples == 0)) {
            throw new IllegalArgumentException(
                    "row times: " + rowSamples + " samples a row, " + hopSamples + " samples and " + hopRows
                            + " rows from one window to the next at " + sampleRate + " Hz do not fit");
        }
    }

    /** Row times of recordings that are played as they were recorded. */
    public RowTimes(int sampleRate, int rowSamples, int hopSamples, int hopRows) {
        this(sampleRate, rowSamples, hopSamples, hopRows, Speed.NORMAL);
    }

    /**
     * The sample at which a row begins.
     *
     * @param row from 0
     */
    public long start(long row) {
        return hopRows == 0 ? row * rowSamples : row / hopRows * hopSamples + row % hopRows * rowSamples;
    }

    /**
     * The number of rows of a recording that begin before its end, at least 1. The remaining rows are padding.
     *
     * @param rows number of rows of the recording's token map
     * @param samples length of the recording
     */
    public int sound(int rows, long samples) {
        int sound = rows;
        while (sound > 1 && start(sound - 1) >= samples) {
            sound--;
        }
        return sound;
    }

    /** Start time of a row in seconds of the recording; the row ends where the next one begins. */
    public double seconds(long row) {
        return speed.seconds(start(row), sampleRate);
    }

    /** Length of a row in seconds of the recording. */
    public double rowSeconds() {
        return speed.seconds(rowSamples, sampleRate);
    }
}
