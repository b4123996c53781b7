package org.unmute.audio;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.unmute.audio.playback.Mixdown;

/**
 * The samples of a recording in order: the mean of its channels, or one of them. Memory use is bounded, independent of
 * the length. Full scale is -1 to 1: an integer sample {@code v} of {@code b} bits stands for {@code v / 2^(b-1)}. A
 * frame is one sample of all channels. Not thread-safe.
 */
public interface AudioStream extends Closeable {
    /** Maximum number of channels of a source. */
    int MAX_CHANNELS = 64;
    /** Maximum sample rate of a source, in Hz. */
    int MAX_RATE = 768_000;

    /**
     * Opens a file of any supported format, which is detected by its bytes, not its name. This module supports WAV and
     * its relatives, AIFF, AU, FLAC and Ogg Vorbis; other {@link AudioFormatProvider}s add formats.
     *
     * @throws UnsupportedAudioException if the format is known but not supported
     * @throws UnreadableAudioException if the file is empty, damaged or not audio
     * @throws IOException if the file cannot be opened
     */
    static AudioStream open(Path file) throws IOException {
        return open(file, Mixdown.MEAN);
    }

    /**
     * Opens one channel of a file, as {@link #open(Path)} does.
     *
     * @param channel from 1, or {@link Mixdown#MEAN} for the mean of all
     * @throws UnsupportedAudioException if the format is known but not supported
     * @throws UnreadableAudioException if the file is empty, damaged or not audio, or lacks the channel
     * @throws IOException if the file cannot be opened
     */
    static AudioStream open(Path file, int channel) throws IOException {
        AudioSource source = AudioSource.of(file);
        try {
            return open(source, channel);
        } catch (IOException | RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    /**
     * Opens the bytes of a file, as {@link #open(Path)} does.
     *
     * @param source closed with the stream, but not if opening it fails
     * @throws UnsupportedAudioException if the format is known but not supported
     * @throws UnreadableAudioException if the file is empty, damaged or not audio
     * @throws IOException if the source fails
     */
    static AudioStream open(AudioSource source) throws IOException {
        return open(source, Mixdown.MEAN);
    }

    /**
     * Opens one channel of the bytes of a file, as {@link #open(AudioSource)} does.
     *
     * @param source closed with the stream, but not if opening it fails
     * @param channel from 1, or {@link Mixdown#MEAN} for the mean of all
     * @throws UnsupportedAudioException if the format is known but not supported
     * @throws UnreadableAudioException if the file is empty, damaged or not audio, or lacks the channel
     * @throws IOException if the source fails
     */
    static AudioStream open(AudioSource source, int channel) throws IOException {
        return AudioFormats.open(source, channel);
    }

    /** The name to use in messages: the file's name if there is one. */
    default String name() {
        return "audio";
    }

    /** Sample rate in Hz, 1 to {@link #MAX_RATE}. */
    int sampleRate();

    /** Number of channels of the source, 1 to {@link #MAX_CHANNELS}. */
    int channels();

    /**
     * Number of frames of the whole recording, if known before the end. A truncated file may yield fewer and then says
     * so in {@link #warnings}.
     */
    OptionalLong frames();

    /** The first frame of the next {@link #read}. */
    long position();

    /**
     * Reads the next samples.
     *
     * @param samples receives at most {@code count} samples. Modified.
     * @param from index at which to write the first sample
     * @param count at least 1
     * @return the number of samples read, at least 1; -1 at the end
     * @throws UnreadableAudioException if the data is damaged
     * @throws IOException if the source fails
     */
    int read(float[] samples, int from, int count) throws IOException;

    /**
     * Moves to a frame, or to the end if there are fewer frames.
     *
     * @throws IllegalArgumentException if the frame is negative
     * @throws IOException if the source cannot seek back, or fails
     */
    void seek(long frame) throws IOException;

    /**
     * Whether a forward seek gives the same samples, warnings and failures from there on as reading up to that frame
     * would. False if a checksum covers all samples or the decoder has state.
     */
    default boolean isSeekExact() {
        return false;
    }

    /**
     * Problems of the data read so far, as text for users: for example, that it is shorter than its header states, that
     * sizes in its header are wrong, or that its channels cancel each other. Empty if there are none.
     */
    List<String> warnings();

    /** Length in seconds; NaN if unknown. */
    default double seconds() {
        return frames().isPresent() ? (double) frames().getAsLong() / sampleRate() : Double.NaN;
    }
}
