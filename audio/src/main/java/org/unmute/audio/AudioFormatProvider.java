package org.unmute.audio;

import java.io.IOException;
import org.unmute.audio.playback.Mixdown;

/**
 * Reads one format of audio files. Providers are found by {@link java.util.ServiceLoader}, so a new decoder can be used
 * by {@link AudioStream#open} without a change here: list its class in {@code META-INF/services} and in the module's
 * {@code provides}. Must be thread-safe, because one instance opens all files of the program.
 */
public interface AudioFormatProvider {
    /** The format's name, such as {@code "FLAC"}, for messages. */
    String name();

    /**
     * Whether a file is of this format.
     *
     * @param head the file's first {@link AudioFormats#HEAD_BYTES} bytes after ID3v2 tags, or all if it has fewer. Not
     *     modified.
     */
    boolean matches(byte[] head);

    /**
     * Opens a file that {@link #matches}.
     *
     * @param source at the first byte of {@code head}; closed with the stream, but not by this method
     * @throws UnreadableAudioException if the file is damaged or of an unsupported kind
     * @throws IOException if the source fails
     */
    AudioStream open(AudioSource source) throws IOException;

    /**
     * Opens one channel of a file that {@link #matches}. A provider that does not override this gives only the mean of
     * the channels.
     *
     * @param source at the first byte of {@code head}; closed with the stream, but not by this method
     * @param channel from 1, or {@link Mixdown#MEAN} for the mean of all
     * @throws UnreadableAudioException if the file is damaged or of an unsupported kind, or lacks the channel
     * @throws IOException if the source fails
     */
    default AudioStream open(AudioSource source, int channel) throws IOException {
        AudioStream stream = open(source);
        Mixdown.of(
                channel,
                stream.channels(),
                stream.sampleRate(),
                reason -> new UnreadableAudioException(source.name(), reason));
        if (channel != Mixdown.MEAN && stream.channels() > 1) {
            throw new UnreadableAudioException(
                    source.name(),
                    "its format is read as the mean of its " + stream.channels() + " channels only, not channel "
                            + channel + ": convert it: " + AudioFormats.conversion(source.name()));
        }
        return stream;
    }
}
