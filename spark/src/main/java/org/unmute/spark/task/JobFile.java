package org.unmute.spark.task;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.SparkFiles;
import org.unmute.files.AtomicFile;
import org.unmute.spark.input.HadoopFiles;

/**
 * A file of the job itself, such as the encoder's, on this machine: weights are mapped into memory, which only local
 * files can be.
 */
final class JobFile {
    private static final int BUFFER = 1 << 20;

    private JobFile() {}

    /** The last part of a path or URI, under which {@code SparkFiles} keeps a file. */
    static String name(String uri) {
        return new org.apache.hadoop.fs.Path(uri).getName();
    }

    /** A URI as the command line shows it: of a local file the path. */
    static String shown(String uri) {
        URI parsed = new org.apache.hadoop.fs.Path(uri).toUri();
        return "file".equals(parsed.getScheme()) ? parsed.getPath() : uri;
    }

    /**
     * The file on this machine: as {@code SparkFiles} brought it, where it is, or a copy of it in the scratch folder.
     *
     * @param uri     a path or a URI that Hadoop opens
     * @param shipped whether it came by {@code SparkFiles}
     * @param scratch for a copy
     * @throws IOException if it cannot be read
     */
    static Path local(String uri, boolean shipped, HadoopFiles files, Path scratch) throws IOException {
        if (shipped) {
            return Path.of(SparkFiles.get(name(uri)));
        }
        org.apache.hadoop.fs.Path path = files.qualified(uri);
        FileSystem system = files.system(path);
        if (system instanceof RawLocalFileSystem raw) {
            return raw.pathToFile(path).toPath();
        }
        Path copy = scratch.resolve(name(uri));
        try (InputStream in = system.open(path)) {
            AtomicFile.write(copy, out -> {
                byte[] bytes = new byte[BUFFER];
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                    ByteBuffer some = ByteBuffer.wrap(bytes, 0, n);
                    while (some.hasRemaining()) {
                        out.write(some);
                    }
                }
            });
        }
        return copy;
    }
}
