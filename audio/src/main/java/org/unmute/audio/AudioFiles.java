package org.unmute.audio;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.audio.playback.Mixdown;

/**
 * Opens and reads audio files of every format that {@link AudioStream#open(Path)} supports: WAV and its relatives,
 * AIFF, AU, FLAC, Ogg Vorbis and, with the {@code mp3} module on the path, MP3. The format is determined by the first
 * bytes, not by the file's name. Channels are averaged into one, unless one of them is requested.
 */
public final class AudioFiles {
    /**
     * Minimum sample rate, in Hz. Below it, no encoder hears anything, and few samples would become very many at an
     * encoder's rate.
     */
    private static final int MIN_RATE = 100;

    private AudioFiles() {}

    /**
     * Opens a file of any length, without reading all of it into memory. {@link AudioStream#warnings()} reports
     * irregularities.
     *
     * @throws UnreadableAudioException if the file is empty, damaged at its beginning, or of an unsupported format
     * @throws IOException if the file cannot be opened
     */
    public static AudioStream open(Path file) throws IOException {
        return open(file, Mixdown.MEAN);
    }

    /**
     * Opens one channel of a file, as {@link #open(Path)} does.
     *
     * @param channel from 1, or {@link Mixdown#MEAN} for the mean of all
     * @throws UnreadableAudioException if the file is empty, damaged at its beginning, or of an unsupported format, or
     *     lacks the channel
     * @throws IOException if the file cannot be opened
     */
    public static AudioStream open(Path file, int channel) throws IOException {
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
     * @throws UnreadableAudioException if the file is empty, damaged at its beginning, or of an unsupported format
     * @throws IOException              if the source fails
     */
    public static AudioStream open(AudioSource source) throws IOException {
        return open(source, Mixdown.MEAN);
    }

    /**
     * Opens one channel of the bytes of a file, as {@link #open(Path, int)} does.
     *
     * @param source closed with the stream, but not if opening it fails
     * @param channel from 1, or {@link Mixdown#MEAN} for the mean of all
     * @throws UnreadableAudioException if the file is empty, damaged at its beginning, or of an unsupported format, or
     *     lacks the channel
     * @throws IOException if the source fails
     */
    public static AudioStream open(AudioSource source, int channel) throws IOException {
        AudioStream stream = AudioStream.open(source, channel);
        if (stream.sampleRate() < MIN_RATE) {
            throw new UnreadableAudioException(
                    source.name(),
                    "sample rate " + stream.sampleRate() + " Hz; at least " + MIN_RATE
                            + " are needed: if its header is wrong, correct it");
        }
        return stream;
    }

    /**
     * Reads a whole file. {@link Recording#warnings()} reports irregularities.
     *
     * @return mono samples, full scale -1 to 1, at the file's own rate
     * @throws UnreadableAudioException if the file is empty, damaged, longer than four hours, or of an unsupported
     *     format
     * @throws IOException if the file cannot be opened
     */
    public static Recording read(Path file) throws IOException {
        return read(file, Mixdown.MEAN);
    }

    /**
     * Reads one channel of a file completely, as {@link #read(Path)} does.
     *
     * @param channel from 1, or {@link Mixdown#MEAN} for the mean of all
     * @throws UnreadableAudioException as {@link #read(Path)}, or if the file lacks the channel
     * @throws IOException if the file cannot be opened
     */
    public static Recording read(Path file, int channel) throws IOException {
        try (AudioStream stream = open(file, channel)) {
            return Recording.read(stream);
        } catch (OutOfMemoryError e) {
            UnreadableAudioException unreadable =
                    new UnreadableAudioException(file.toString(), "too large for the memory of this program: -Xmx");
            unreadable.initCause(e);
            throw unreadable;
        }
    }
}
