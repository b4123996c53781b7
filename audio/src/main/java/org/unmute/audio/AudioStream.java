package org.unmute.audio;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Samples of a recording in order, mixed to one channel by the mean of its channels. Memory stays bounded whatever the
 * length. Full scale is -1 to 1: an integer sample {@code v} of {@code b} bits stands for {@code v / 2^(b-1)}. A frame
 * is one sample of all channels. Not thread-safe.
 */
public interface AudioStream extends Closeable {
    /** Max channels of a source that is read. */
    int MAX_CHANNELS = 64;
    /** Max rate that is read, in Hz. */
    int MAX_RATE = 768_000;

    /**
     * Opens a file of any format that is read. Its bytes tell the format, not its name. Here WAV and its relatives,
     * AIFF, AU and FLAC are read; {@link AudioFormatProvider}s add others.
     *
     * @throws UnsupportedAudioException if it is of a known format that is not read
     * @throws UnreadableAudioException  if it is empty, damaged, or no sound
     * @throws IOException               if it cannot be opened
     */
    static AudioStream open(Path file) throws IOException {
        AudioSource source = AudioSource.of(file);
        try {
            return open(source);
        } catch (IOException | RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    /**
     * Opens the bytes of a file, as {@link #open(Path)} does.
     *
     * @param source closed with the stream, but not if opening it fails
     * @throws UnsupportedAudioException if it is of a known format that is not read
     * @throws UnreadableAudioException  if it is empty, damaged, or no sound
     * @throws IOException               if the source fails
     */
    static AudioStream open(AudioSource source) throws IOException {
        return AudioFormats.open(source);
    }

    /** The name to use in messages: the file's, where there is one. */
    default String name() {
        return "audio";
    }

    /** In Hz, 1 to {@link #MAX_RATE}. */
    int sampleRate();

    /** Channels of the source, 1 to {@link #MAX_CHANNELS}. */
    int channels();

    /**
     * Frames of the whole recording, where they are known before the end. A file that was cut short may give fewer and
     * then says so in {@link #warnings}.
     */
    OptionalLong frames();

    /** The frame that the next {@link #read} begins with. */
    long position();

    /**
     * Reads on.
     *
     * @param samples receives {@code count} samples at most. Modified.
     * @param from    where to write the first
     * @param count   at least 1
     * @return how many samples were read, at least 1; -1 at the end
     * @throws UnreadableAudioException if the data is damaged
     * @throws IOException              if the source fails
     */
    int read(float[] samples, int from, int count) throws IOException;

    /**
     * Continues at a frame; at the end if there are fewer frames.
     *
     * @throws IllegalArgumentException if the frame is negative
     * @throws IOException              if the source cannot go back, or fails
     */
    void seek(long frame) throws IOException;

    /**
     * Whether a seek ahead leaves out nothing that reading on to there would tell about what follows: samples, warnings
     * and failures are the same. It is not so where a checksum goes over all samples, or a decoder has a state.
     */
    default boolean isSeekExact() {
        return false;
    }

    /**
     * What a reader should know about the data so far, in words: that it ends before its header says, that sizes in its
     * header are wrong. Empty for a sound file.
     */
    List<String> warnings();

    /** Length in seconds, where known. */
    default double seconds() {
        return frames().isPresent() ? (double) frames().getAsLong() / sampleRate() : Double.NaN;
    }
}
