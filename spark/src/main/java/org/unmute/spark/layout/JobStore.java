package org.unmute.spark.layout;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.unmute.files.FileFailure;
import org.unmute.spark.input.HadoopFiles;

/**
 * The folder of a job on any file system that Hadoop supports. Files are named by their paths below the folder; no path
 * may leave it. All operations that modify the folder are in this class, so that a test can make each of them fail.
 *
 * <p>On a local disk, operations are delegated to a {@link LocalFolder}, which follows no links and forces names to the
 * disk. HDFS follows links only if its administrator allows them, and object stores have none.
 */
final class JobStore {
    /** Schemes of file systems that rename a file atomically. Not all of them refuse to overwrite an existing file. */
    private static final Set<String> RENAMING = Set.of("file", "hdfs", "webhdfs", "swebhdfs", "viewfs", "ofs", "o3fs");

    /** Path elements that could lead outside the folder. */
    private static final Set<String> OUTWARD = Set.of("", ".", "..");

    private static final int COPY = 1 << 20;

    private final FileSystem system;
    private final Path root;
    private final Configuration configuration;
    /** The folder on a disk of this machine; null if it is elsewhere. */
    private final LocalFolder local;

    private JobStore(FileSystem system, Path root, Configuration configuration) {
        this.system = system;
        this.root = root;
        this.configuration = configuration;
        local = "file".equals(root.toUri().getScheme())
                ? new LocalFolder(java.nio.file.Path.of(root.toUri().getPath()))
                : null;
    }

    /** @param folder a path or URI as given by a user; need not exist */
    static JobStore of(String folder, Configuration configuration) throws IOException {
        HadoopFiles files = new HadoopFiles(configuration);
        Path root = files.qualified(folder);
        return new JobStore(files.system(root), root, configuration);
    }

    /** The folder as an unescaped URI. */
    String place() {
        return root.toString();
    }

    Path path(String name) {
        if (!name.isEmpty() && Stream.of(name.split("/", -1)).anyMatch(OUTWARD::contains)) {
            throw new IllegalArgumentException("no name of a file in the folder of a job: " + name);
        }
        return name.isEmpty() ? root : new Path(root, name);
    }

    Configuration configuration() {
        return configuration;
    }

    /**
     * Whether renames are atomic here. On object stores a rename copies, so a manifest has to say which files count.
     */
    boolean renames() {
        return RENAMING.contains(system.getUri().getScheme());
    }

    /** The folder on this machine; empty if it is elsewhere. */
    Optional<java.nio.file.Path> local() {
        return Optional.ofNullable(local).map(LocalFolder::root);
    }

    /** Size of a file in bytes; -1 if there is none. */
    long size(String name) throws IOException {
        Path file = path(name);
        if (local != null) {
            return local.size(name);
        }
        try {
            return system.getFileStatus(file).getLen();
        } catch (FileNotFoundException e) {
            return -1;
        }
    }

    /** The entries of a folder, in no particular order; empty if it does not exist. */
    List<FileStatus> list(String folder) throws IOException {
        Path path = path(folder);
        if (local != null) {
            return local.list(folder).stream()
                    .map(entry -> status(entry, new Path(path, new Path(null, null, entry.name()))))
                    .toList();
        }
        try {
            // Some stores report a folder whose files were all deleted as an empty file.
            return Stream.of(system.listStatus(path))
                    .filter(status -> !status.getPath().equals(path))
                    .toList();
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private static FileStatus status(LocalFolder.Entry entry, Path path) {
        BasicFileAttributes found = entry.attributes();
        Path link = found.isSymbolicLink() ? path : null;
        long changed = found.lastModifiedTime().toMillis();
        return new FileStatus(
                found.size(), found.isDirectory(), 1, 0, changed, 0, null, null, null, link, path, false, false, false);
    }

    /** Names of the files in a folder, sorted. Links do not count as files. */
    List<String> names(String folder) throws IOException {
        List<String> names = new ArrayList<>();
        for (FileStatus status : list(folder)) {
            if (status.isFile()) {
                names.add(status.getPath().getName());
            }
        }
        names.sort(null);
        return names;
    }

    /** The content of a small file; empty if there is no such file. */
    Optional<byte[]> read(String name) throws IOException {
        Path file = path(name);
        if (local != null) {
            return local.read(name);
        }
        try (InputStream in = system.open(file)) {
            return Optional.of(in.readAllBytes());
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.named(file.toString(), e);
        }
    }

    /** Makes a folder, except on object stores, which only have names with slashes. */
    void makeFolder(String name) throws IOException {
        Path folder = path(name);
        if (local != null) {
            local.makeFolder(name);
        } else if (renames() && !system.mkdirs(folder)) {
            throw new FileSystemException(folder.toString(), null, "cannot make this folder");
        }
    }

    /**
     * Deletes temporary files that killed processes left in a folder. The caller holds the lock of the job's folder.
     */
    void sweep(String folder) throws IOException {
        if (local != null) {
            local.sweep(folder);
        }
    }

    /**
     * Begins a file. Except on a local disk, an existing file of that name is replaced. The content counts once the
     * stream is closed by {@link #finish}.
     */
    FSDataOutputStream create(String name) throws IOException {
        Path file = path(name);
        if (local == null) {
            return system.create(file, true);
        }
        if (system.getClass() == RawLocalFileSystem.class) {
            return local.create(name);
        }
        local.prepared(name); // the user has configured a custom file system, which has to be used
        return system.create(file, false);
    }

    /** Forces a file to disk, where the file system supports it, and closes it. */
    static void finish(FSDataOutputStream out) throws IOException {
        if (out.hasCapability(StreamCapabilities.HSYNC)) {
            out.hsync();
        }
        out.close();
    }

    /**
     * Writes a small file so that it is complete as soon as its name exists.
     *
     * @param name name of a file that does not exist; on stores without atomic renames it may exist and is replaced
     *     atomically
     */
    void write(String name, byte[] content) throws IOException {
        if (local != null) {
            replace(name, content);
            return;
        }
        if (!renames()) {
            put(name, content);
            return;
        }
        String unfinished = name + ".tmp";
        put(unfinished, content);
        rename(unfinished, name);
    }

    /** Replaces a small file that need not exist while it is being written. */
    void rewrite(String name, byte[] content) throws IOException {
        if (local == null && renames()) {
            delete(name);
        }
        write(name, content);
    }

    /** Writes a small file, atomically replacing an existing one of that name. */
    void replace(String name, byte[] content) throws IOException {
        path(name);
        if (local != null) {
            local.write(name, content);
        } else if (!renames()) {
            put(name, content);
        } else {
            String unfinished = name + ".tmp";
            put(unfinished, content);
            FileContext.getFileContext(root.toUri(), configuration)
                    .rename(path(unfinished), path(name), Options.Rename.OVERWRITE);
        }
    }

    private void put(String name, byte[] content) throws IOException {
        FSDataOutputStream out = create(name);
        try {
            out.write(content);
            finish(out);
        } catch (IOException | RuntimeException e) {
            closeQuietly(out, e);
            throw e;
        }
    }

    private static void closeQuietly(OutputStream out, Exception cause) {
        try {
            out.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Writes a small file unless one of that name exists.
     *
     * @return whether the file was written
     */
    boolean createNew(String name, byte[] content) throws IOException {
        try (FSDataOutputStream out = begin(name)) {
            out.write(content);
            finish(out);
            return true;
        } catch (IOException e) {
            // Stores report an existing file in various ways, and a response can be lost.
            Optional<byte[]> there = read(name);
            if (there.isEmpty()) {
                throw e;
            }
            return Arrays.equals(there.get(), content);
        }
    }

    private FSDataOutputStream begin(String name) throws IOException {
        Path path = path(name);
        if (local != null) {
            return local.create(name);
        }
        FSDataOutputStreamBuilder<?, ?> file = system.createFile(path).overwrite(false);
        file.recursive().opt(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
        return file.build();
    }

    /** Renames a file to a name that is not in use. */
    void rename(String from, String to) throws IOException {
        Path source = path(from);
        Path target = path(to);
        if (local != null) {
            local.rename(from, to);
        } else if (!system.rename(source, target)) {
            throw new FileSystemException(source.toString(), target.toString(), "the file system refuses to rename it");
        }
    }

    /** Deletes a file, or a folder with its contents; does nothing if there is none. */
    void delete(String name) throws IOException {
        Path path = path(name);
        if (local != null) {
            local.delete(name);
        } else if (!system.delete(path, true) && system.exists(path)) {
            throw new FileSystemException(path.toString(), null, "cannot be deleted");
        }
    }

    /** Copies a local file to the store and updates a digest with its bytes. */
    void upload(java.nio.file.Path file, String name, MessageDigest digest) throws IOException {
        FSDataOutputStream out = create(name);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[COPY];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                out.write(buffer, 0, n);
            }
            finish(out);
        } catch (IOException | RuntimeException e) {
            closeQuietly(out, e);
            throw e;
        }
    }
}
