package org.unmute.spark.input;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
import org.unmute.files.Sha256;
import org.unmute.spark.plan.Packed;

/**
 * SHA-256 of files, computed by executors. Used for files that several tasks read, so that they are hashed only once,
 * and for files whose stamps changed.
 */
public final class FileDigests {
    private static final int BUFFER = 1 << 20;
    /** Max number of tasks of a job. */
    private static final int MAX_TASKS = 10_000;

    private FileDigests() {}

    private record Digest(String uri, String sha256) implements Serializable {}

    /**
     * Hashes files, each once.
     *
     * @param uris URIs of the files
     * @return digests by URI, in lower-case hexadecimal, without files that cannot be read
     */
    public static Map<String, String> of(JavaSparkContext spark, Collection<String> uris) {
        List<String> files = List.copyOf(new TreeSet<>(uris));
        if (files.isEmpty()) {
            return Map.of();
        }
        Map<String, String> digests = new TreeMap<>();
        FileJob.ask(spark, "hash", files, Math.min(files.size(), MAX_TASKS), String[]::new, FileDigests::digests)
                .forEach(packed -> Arrays.stream(Packed.open(packed, Digest[].class))
                        .forEach(d -> digests.put(d.uri(), d.sha256())));
        return digests;
    }

    /** The work of one task. */
    private static byte[] digests(HadoopFiles files, byte[] uris) {
        List<Digest> digests = new ArrayList<>();
        for (String uri : Packed.open(uris, String[].class)) {
            try {
                digests.add(new Digest(uri, of(files, uri)));
            } catch (IOException e) {
                // The task that reads the file fails in the same way and reports it for each clip of the file.
                System.getLogger("org.unmute").log(System.Logger.Level.WARNING, "cannot hash " + uri, e);
            }
        }
        return Packed.of(digests.toArray(Digest[]::new));
    }

    /**
     * Hashes a file.
     *
     * @return SHA-256 of its bytes, in lower-case hexadecimal
     * @throws IOException naming the file, if it cannot be read
     */
    public static String of(HadoopFiles files, String uri) throws IOException {
        MessageDigest digest = Sha256.digest();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try (HadoopChannel channel = files.open(uri, HadoopFiles.Reading.ALL)) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        } catch (IOException e) {
            throw HadoopFiles.named(uri, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
