package org.unmute.spark.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.unmute.files.Sha256;

/**
 * SHA-256 of files, computed by executors. Used for files that several tasks read, so that they are hashed only once,
 * and for files whose stamps changed.
 */
public final class FileDigests {
    private static final int BUFFER = 1 << 20;
    /** Max number of tasks of a job. */
    private static final int MAX_TASKS = 10_000;

    private FileDigests() {}

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
        SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
        List<String> found = spark.parallelize(files, Math.min(files.size(), MAX_TASKS))
                .map(uri -> digest(new HadoopFiles(hadoop.value()), uri))
                .collect();
        Map<String, String> digests = new TreeMap<>();
        for (int i = 0; i < files.size(); i++) {
            if (found.get(i) != null) {
                digests.put(files.get(i), found.get(i));
            }
        }
        return digests;
    }

    private static String digest(HadoopFiles files, String uri) {
        try {
            return of(files, uri);
        } catch (IOException e) {
            // The task that reads the file fails in the same way and reports it for each clip of the file.
            System.getLogger("org.unmute").log(System.Logger.Level.WARNING, "cannot hash " + uri, e);
            return null;
        }
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
