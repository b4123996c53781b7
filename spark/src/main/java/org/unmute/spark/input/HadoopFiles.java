package org.unmute.spark.input;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options.OpenFileOptions;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Opens files on any of Hadoop's file systems: {@code hdfs:}, {@code s3a:}, {@code file:} and others. Files are named
 * by unescaped URIs, as written by {@link Path#toString}. Hadoop's own checksum files on the local file system are
 * ignored, since they do not match a recording that another program has changed. Thread-safe.
 */
public final class HadoopFiles {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/");

    private final Configuration configuration;

    /** How a file is going to be read; network file systems prefetch accordingly. */
    public enum Reading {
        /** A few bytes at scattered positions. */
        HEADER("random", 1 << 13),
        /** From the first byte to the last. */
        ALL("whole-file, sequential", Integer.MAX_VALUE),
        /** Ranges, mostly in order. */
        CLIPS("adaptive", Integer.MAX_VALUE);

        private final String policy;
        /** Max bytes read at a time, regardless of the reader's buffer: a header is a small part of a short clip. */
        private final int most;

        Reading(String policy, int most) {
            this.policy = policy;
            this.most = most;
        }
    }

    /** @param configuration Hadoop configuration, as in Spark */
    public HadoopFiles(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * A path with the scheme and the authority of its file system. A path without a scheme is on the default file
     * system, as everywhere in Spark; a relative path is below the working folder there.
     *
     * @param text a path as given by a user
     * @throws IOException if there is no such file system
     */
    public Path qualified(String text) throws IOException {
        try {
            // Hadoop takes the text before a colon for a scheme unless a slash comes first.
            boolean plain = !text.startsWith("/") && !hasScheme(text);
            Path path = new Path(plain ? "./" + text : text);
            return system(path).makeQualified(path);
        } catch (IllegalArgumentException e) {
            boolean host = e.getCause() instanceof UnknownHostException;
            throw new FileSystemException(
                    text,
                    null,
                    host ? "no host " + e.getCause().getMessage() : "no path that Hadoop takes: " + e.getMessage());
        }
    }

    /**
     * The path of a file that may be relative to a folder.
     *
     * @param text a path or URI as given by a user
     * @param root folder of relative paths, a path or a URI; null or blank for the working folder
     * @throws IOException if there is no such file system
     */
    public Path qualified(String text, String root) throws IOException {
        if (root == null || root.isBlank() || text.startsWith("/") || hasScheme(text)) {
            return qualified(text);
        }
        return qualified(root.endsWith("/") ? root + text : root + "/" + text);
    }

    /** A URI for Spark's readers, to which characters such as '[' are patterns. */
    public static String literally(String uri) {
        return uri.replaceAll("[{}\\[\\]*?\\\\]", "\\\\$0");
    }

    /**
     * Whether a text names its file system: {@code hdfs:/x}, {@code s3a://bucket/x}, not {@code a:b} or {@code C:/x}.
     */
    static boolean hasScheme(String text) {
        return SCHEME.matcher(text).lookingAt();
    }

    /**
     * The file system of a path.
     *
     * @throws IOException naming the path, if there is no such file system or its classes are missing
     */
    public FileSystem system(Path path) throws IOException {
        try {
            FileSystem system = path.getFileSystem(configuration);
            return system instanceof LocalFileSystem local ? local.getRaw() : system;
        } catch (IOException e) {
            throw named(path.toString(), e);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            if (e.getCause() instanceof ClassNotFoundException missing) {
                throw new FileSystemException(
                        path.toString(),
                        null,
                        missing.getMessage() + ": put what reads "
                                + path.toUri().getScheme() + ": on the class path, as --packages does");
            }
            throw e;
        }
    }

    /**
     * Size and times of a file or folder.
     *
     * @throws NoSuchFileException if it does not exist
     * @throws IOException naming the file, if the file system fails
     */
    public FileStatus status(String uri) throws IOException {
        Path path = new Path(uri);
        try {
            return system(path).getFileStatus(path);
        } catch (IOException e) {
            throw named(uri, e);
        }
    }

    /**
     * A value that changes when the file does: its size, followed by its ETag or, on file systems without ETags, its
     * modification time in milliseconds.
     */
    public static String stamp(FileStatus status) {
        String etag = status instanceof EtagSource source ? source.getEtag() : null;
        return status.getLen() + "-"
                + (etag == null || etag.isEmpty()
                        ? Long.toString(status.getModificationTime())
                        // Stores return ETags with or without quotes.
                        : etag.replace("\"", ""));
    }

    /**
     * Opens a file at its first byte.
     *
     * @return the channel, to be closed by the caller
     * @throws NoSuchFileException if the file does not exist
     * @throws IOException naming the file, if it cannot be opened
     */
    public HadoopChannel open(String uri, Reading reading) throws IOException {
        return open(uri, status(uri), reading);
    }

    /** Opens a file whose status is known, which saves a request. */
    public HadoopChannel open(String uri, FileStatus status, Reading reading) throws IOException {
        if (status.isDirectory()) {
            throw new FileSystemException(uri, null, "a folder, not a file");
        }
        Path path = new Path(uri);
        try {
            FileSystem system = system(path);
            // On object stores, stating how a file will be read saves requests. Other file systems ignore it, and
            // stating it
            // makes all threads of the JVM wait for each other.
            FSDataInputStream in = status instanceof EtagSource
                    ? FutureIO.awaitFuture(system.openFile(path)
                            .opt(OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY, reading.policy)
                            .withFileStatus(status)
                            .build())
                    : system.open(path);
            return new HadoopChannel(in, status.getLen(), reading.most);
        } catch (IOException e) {
            throw named(uri, e);
        }
    }

    /**
     * Converts the failure of a file operation to the exception type that {@code java.nio} uses, with the file's name.
     */
    static IOException named(String uri, IOException failure) {
        IOException named = switch (failure) {
            case FileSystemException same -> same;
            case FileNotFoundException _ -> new NoSuchFileException(uri);
            case AccessControlException e -> new AccessDeniedException(uri, null, e.getMessage());
            default ->
                new FileSystemException(
                        uri,
                        null,
                        failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage());
        };
        if (named != failure) {
            named.initCause(failure);
        }
        return named;
    }
}
