package org.unmute.spark.task;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.SparkFiles;
import org.unmute.files.AtomicFile;
import org.unmute.files.RegularFile;
import org.unmute.spark.input.HadoopFiles;

/**
 * A file of the job itself, such as the encoder's, on this machine: weights are mapped into memory, which requires a
 * local file.
 */
final class JobFile {
    private static final int BUFFER = 1 << 20;

    private JobFile() {}

    /** The last part of a path or URI, which is the file's name in {@code SparkFiles}. */
    static String name(String uri) {
        return new org.apache.hadoop.fs.Path(uri).getName();
    }

    /** A URI as the command line shows it: for a local file, its path. */
    static String shown(String uri) {
        URI parsed = new org.apache.hadoop.fs.Path(uri).toUri();
        return "file".equals(parsed.getScheme()) ? parsed.getPath() : uri;
    }

    /**
     * The local file: from {@code SparkFiles}, at its own place if that is local, or copied to the scratch folder.
     *
     * @param uri a path or a URI that Hadoop opens
     * @param shipped whether the file came through {@code SparkFiles}
     * @param scratch folder for a copy
     * @throws IOException if the file cannot be read
     */
    static Path local(String uri, boolean shipped, HadoopFiles files, Path scratch) throws IOException {
        if (shipped) {
            Path file = Path.of(SparkFiles.get(name(uri)));
            return RegularFile.exists(file) ? file : ofSession(file);
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

    /** The file in the folder of a session, where tasks of its queries get it; if there is none, the same file. */
    private static Path ofSession(Path file) throws IOException {
        try (DirectoryStream<Path> sessions = Files.newDirectoryStream(file.getParent(), Files::isDirectory)) {
            for (Path session : sessions) {
                Path own = session.resolve(file.getFileName());
                if (RegularFile.exists(own)) {
                    return own;
                }
            }
        }
        return file;
    }
}
