package org.unmute.spark.input;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** Hashes files: on the driver, or on executors if there are many. */
@FunctionalInterface
public interface Digests {
    /**
     * Hashes files.
     *
     * @param uris unescaped URIs of the files
     * @return SHA-256 by URI, in lower-case hexadecimal; a file that cannot be read may be left out
     * @throws IOException naming a file that cannot be read
     */
    Map<String, String> of(Collection<String> uris) throws IOException;

    /** Hashes files on this machine, one after the other. */
    static Digests here(Configuration configuration) {
        return uris -> {
            HadoopFiles files = new HadoopFiles(configuration);
            Map<String, String> digests = new TreeMap<>();
            for (String uri : uris) {
                digests.put(uri, FileDigests.of(files, uri));
            }
            return digests;
        };
    }
}
