package org.unmute.spark.input;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.playback.Mixdown;
import org.unmute.probes.cache.AudioClip;
import org.unmute.spark.plan.PlannedClip;

/**
 * Opens sound files on Hadoop's file systems for a {@code ClipPass}. Files are read as streams with seeks; they are
 * neither held in memory as a whole nor copied to disk. Thread-safe.
 */
public final class HadoopAudio {
    private HadoopAudio() {}

    /** A planned clip, in the form for a {@code ClipPass} whose files this reader opens. */
    public static AudioClip clip(PlannedClip clip) {
        return new AudioClip(clip.clip(), path(clip.uri()), clip.start(), clip.end(), clip.channel());
    }

    /**
     * The path that represents a URI in an {@link AudioClip}. It does not name a local file.
     */
    public static Path path(String uri) {
        return UriPath.of(uri);
    }

    /** The URI of a clip's file. */
    public static String uri(Path path) {
        return UriPath.uri(path);
    }

    /**
     * Decodes the content of a channel.
     *
     * @param channel closed with the stream, or if the stream cannot be opened
     * @param uri name of the file, for messages
     * @param number which channel of the sound, from 1; {@link Mixdown#MEAN} for the mean of all
     */
    public static AudioStream open(SeekableByteChannel channel, String uri, int number) throws IOException {
        try {
            return AudioFiles.open(AudioSource.of(channel, uri), number);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }
}
