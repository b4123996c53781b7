package org.unmute.audio;

import java.io.IOException;

/**
 * Reads one kind of sound file. Found by {@link java.util.ServiceLoader}, so that a decoder needs no change here to be
 * used by {@link AudioStream#open}: list the class in {@code META-INF/services} and in the module's {@code provides}.
 * Thread-safe: one instance opens all files of the program.
 */
public interface AudioFormatProvider {
    /** The format's name, such as {@code "FLAC"}, for messages. */
    String name();

    /**
     * Whether a file is of this format.
     *
     * @param head the file's first bytes, after ID3v2 tags: {@link AudioFormats#HEAD_BYTES} of them, or all if it has
     *             fewer. Not modified.
     */
    boolean matches(byte[] head);

    /**
     * Opens a file that {@link #matches}.
     *
     * @param source at the first byte of {@code head}; closed with the stream, but not by this method
     * @throws UnreadableAudioException if the file is damaged or of a kind that is not read
     * @throws IOException              if the source fails
     */
    AudioStream open(AudioSource source) throws IOException;
}
