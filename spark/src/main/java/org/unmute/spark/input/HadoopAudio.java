package org.unmute.spark.input;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.AudioReader;
import org.unmute.spark.plan.PlannedClip;

/**
 * Opens sound files of Hadoop's file systems for a {@code ClipPass}. They are read as streams with seeks: never a whole
 * file in memory, and no copy of it on a disk. Thread-safe.
 */
public final class HadoopAudio implements AudioReader {
    private final HadoopFiles files;

    /** @param files where they are */
    public HadoopAudio(HadoopFiles files) {
        this.files = files;
    }

    /** A planned clip for a {@code ClipPass} whose files this reader opens. */
    public static AudioClip clip(PlannedClip clip) {
        return new AudioClip(clip.clip(), path(clip.uri()), clip.start(), clip.end());
    }

    /** What stands for a URI in an {@link AudioClip}: a name for this reader, not a file of the machine. */
    public static Path path(String uri) {
        return UriPath.of(uri);
    }

    /** The URI of a clip's file. */
    public static String uri(Path path) {
        return UriPath.uri(path);
    }

    /**
     * Opens a file.
     *
     * @param path of {@link #path}
     */
    @Override
    public AudioStream open(Path path) throws IOException {
        String uri = uri(path);
        return open(files.open(uri, HadoopFiles.Reading.CLIPS), uri);
    }

    /**
     * Opens the bytes of a channel.
     *
     * @param channel closed with the stream, and if it cannot be opened
     * @param uri     the file's name, for messages
     */
    public static AudioStream open(SeekableByteChannel channel, String uri) throws IOException {
        try {
            return AudioFiles.open(AudioSource.of(channel, uri));
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }
}
