package org.unmute.spark.task;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.unmute.experiments.detection.HashingChannel;
import org.unmute.models.audio.AudioStream;
import org.unmute.probes.cache.AudioReader;
import org.unmute.spark.input.FileDigests;
import org.unmute.spark.input.HadoopAudio;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.input.HadoopFiles.Reading;

/**
 * Opens the sound files of a task, and tells their digests: those that the plan gave; those of files with one clip,
 * which are hashed while they are decoded; of others, which are read for the purpose. Thread-safe.
 */
final class HashedAudio implements AudioReader {
    private final HadoopFiles files;
    private final Map<String, String> known;
    private final Set<String> once;

    /**
     * @param known SHA-256 of files by URI, where they are known
     * @param once  URIs of files that are opened once
     */
    HashedAudio(HadoopFiles files, Map<String, String> known, Set<String> once) {
        this.files = files;
        this.known = new ConcurrentHashMap<>(known);
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
        SeekableByteChannel channel = files.open(uri, Reading.CLIPS);
        boolean hashed = once.contains(uri) && !known.containsKey(uri);
        return HadoopAudio.open(hashed ? new Hashed(uri, channel) : channel, uri);
    }

    /**
     * SHA-256 of a file, lower-case hexadecimal. Of one that is hashed while it is decoded after that was closed.
     *
     * @throws IOException if it cannot be read
     */
    String digest(String uri) throws IOException {
        String digest = known.get(uri);
        if (digest == null) {
            digest = FileDigests.of(files, uri);
            known.put(uri, digest);
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
                    known.put(uri, sha256());
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
