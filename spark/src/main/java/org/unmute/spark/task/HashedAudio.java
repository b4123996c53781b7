package org.unmute.spark.task;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FileStatus;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.events.recording.HashingChannel;
import org.unmute.probes.cache.AudioReader;
import org.unmute.spark.input.FileDigests;
import org.unmute.spark.input.HadoopAudio;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.input.HadoopFiles.Reading;

/**
 * Opens the sound files of a task, and tells their digests: those that the plan gave, of files that are as they were
 * then; those of files with one clip, which are hashed while they are decoded; of others, which are read for the
 * purpose. A file that changes while the task reads it is refused from then on. Thread-safe.
 */
final class HashedAudio implements AudioReader {
    private final HadoopFiles files;
    private final Map<String, String> planned;
    private final Set<String> once;
    /** Digests that were found here. */
    private final Map<String, String> hashed = new ConcurrentHashMap<>();
    /** Stamps of the files when they were first opened here. */
    private final Map<String, String> stamps = new ConcurrentHashMap<>();

    /**
     * @param planned SHA-256 of files by URI, as the plan gave them
     * @param once    URIs of files that are opened once
     */
    HashedAudio(HadoopFiles files, Map<String, String> planned, Set<String> once) {
        this.files = files;
        this.planned = Map.copyOf(planned);
        this.once = Set.copyOf(once);
    }

    /**
     * Opens a file at its beginning.
     *
     * @param path of {@link HadoopAudio#path}
     */
    @Override
    public AudioStream open(Path path) throws IOException {
        String uri = HadoopAudio.uri(path);
        FileStatus status = files.status(uri);
        requireUnchanged(uri, status);
        SeekableByteChannel channel = files.open(uri, status, Reading.CLIPS);
        boolean onTheWay = once.contains(uri) && !planned.containsKey(uri) && !hashed.containsKey(uri);
        return HadoopAudio.open(onTheWay ? new Hashed(uri, channel) : channel, uri);
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
     * SHA-256 of a file, lower-case hexadecimal. Of one that is hashed while it is decoded after that was closed.
     *
     * @param stamp of the file when it was planned
     * @throws UnreadableAudioException if it is not as it was when it was opened
     * @throws IOException if it cannot be read
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

    /** Tells the digest when the decoder is done. */
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
                // Whoever asks for the digest meets it again; here it must not hide why the decoder gave up.
                System.getLogger("org.unmute").log(System.Logger.Level.DEBUG, "a file could not be hashed", e);
            } finally {
                super.close();
            }
        }
    }
}
