package org.unmute.spark.task;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FileStatus;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.place.RecorderNotes;
import org.unmute.events.recording.HashingChannel;
import org.unmute.probes.cache.AudioReader;
import org.unmute.spark.input.FileDigests;
import org.unmute.spark.input.HadoopAudio;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.input.HadoopFiles.Reading;

/**
 * Opens the sound files of a task and provides their digests. The digest comes from the plan if it has one and the file
 * has not changed since; otherwise, a file with a single clip is hashed while it is decoded, and other files are read
 * once more. A file that changes while the task reads it is refused from then on. Thread-safe.
 */
final class HashedAudio implements AudioReader {
    private final HadoopFiles files;
    private final Map<String, String> planned;
    private final Set<String> once;
    /** Digests computed by this task. */
    private final Map<String, String> hashed = new ConcurrentHashMap<>();
    /** Stamps of files when this task first opened them. */
    private final Map<String, String> stamps = new ConcurrentHashMap<>();

    /**
     * @param planned SHA-256 of files by URI, from the plan
     * @param once URIs of files that are opened only once
     */
    HashedAudio(HadoopFiles files, Map<String, String> planned, Set<String> once) {
        this.files = files;
        this.planned = Map.copyOf(planned);
        this.once = Set.copyOf(once);
    }

    /**
     * Opens a file at its beginning.
     *
     * @param path path from {@link HadoopAudio#path}
     * @param number which channel of the sound, from 1; {@link org.unmute.audio.playback.Mixdown#MEAN} for the mean of
     *     all
     */
    @Override
    public AudioStream open(Path path, int number) throws IOException {
        String uri = HadoopAudio.uri(path);
        FileStatus status = files.status(uri);
        requireUnchanged(uri, status);
        SeekableByteChannel channel = files.open(uri, status, Reading.CLIPS);
        boolean onTheWay = once.contains(uri) && !planned.containsKey(uri) && !hashed.containsKey(uri);
        return HadoopAudio.open(onTheWay ? new Hashed(uri, channel) : channel, uri, number);
    }

    /**
     * What a recorder wrote into a file.
     *
     * @throws IOException if the file cannot be read
     */
    RecorderNotes notes(String uri) throws IOException {
        FileStatus status = files.status(uri);
        requireUnchanged(uri, status);
        try (AudioSource source = AudioSource.of(files.open(uri, status, Reading.HEADER), uri)) {
            return RecorderNotes.read(source);
        }
    }

    private void requireUnchanged(String uri, FileStatus status) throws UnreadableAudioException {
        String stamp = HadoopFiles.stamp(status);
        String first = stamps.putIfAbsent(uri, stamp);
        if (first != null && !first.equals(stamp)) {
            throw new UnreadableAudioException(
                    uri,
                    "it changed while it was read, from " + first + " to " + stamp
                            + " (bytes and time or ETag): run the same job again");
        }
    }

    /**
     * SHA-256 of a file, in lower-case hexadecimal. For a file that is hashed while it is decoded, call this after the
     * file was closed.
     *
     * @param stamp stamp of the file when it was planned
     * @throws UnreadableAudioException if the file has changed since it was opened
     * @throws IOException if the file cannot be read
     */
    String digest(String uri, String stamp) throws IOException {
        String digest = hashed.get(uri);
        if (digest == null && stamp.equals(stamps.get(uri))) {
            digest = planned.get(uri);
        }
        if (digest == null) {
            digest = FileDigests.of(files, uri);
            requireUnchanged(uri, files.status(uri));
            hashed.put(uri, digest);
        }
        return digest;
    }

    /** Records the digest when the decoder closes the channel. */
    private final class Hashed extends HashingChannel {
        private final String uri;

        Hashed(String uri, SeekableByteChannel in) {
            super(in);
            this.uri = uri;
        }

        @Override
        public void close() throws IOException {
            try {
                if (isOpen()) {
                    hashed.put(uri, sha256());
                }
            } catch (IOException e) {
                // The caller of digest() meets this failure again; here it must not hide why the decoder gave up.
                System.getLogger("org.unmute").log(System.Logger.Level.DEBUG, "a file could not be hashed", e);
            } finally {
                super.close();
            }
        }
    }
}
