package org.unmute.spark.layout;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.spark.input.HadoopFiles;

/**
 * The folder of a job on any file system that Hadoop supports. Files are named by their paths below the folder. All
 * that is changed in the folder, except by Spark's writers, is changed here.
 */
final class JobStore {
    /** Schemes of file systems where a rename is atomic; elsewhere writing a file is. */
    private static final Set<String> RENAMING = Set.of("hdfs", "webhdfs", "swebhdfs", "viewfs", "ofs", "o3fs");

    private static final int COPY = 1 << 20;

    private final FileSystem system;
    private final Path root;
    private final Configuration configuration;

    private JobStore(FileSystem system, Path root, Configuration configuration) {
        this.system = system;
        this.root = root;
        this.configuration = configuration;
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
        return name.isEmpty() ? root : new Path(root, name);
    }

    /** A file or folder on a disk of this machine; empty if the job's folder is elsewhere. */
    Optional<java.nio.file.Path> local(String name) {
        return "file".equals(root.toUri().getScheme())
                ? Optional.of(java.nio.file.Path.of(path(name).toUri().getPath()))
                : Optional.empty();
    }

    /** Sizes of the files in a folder, by name; empty if there is no such folder. */
    SortedMap<String, Long> sizes(String folder) throws IOException {
        SortedMap<String, Long> sizes = new TreeMap<>();
        try {
            for (FileStatus status : system.listStatus(path(folder))) {
                if (status.isFile()) {
                    sizes.put(status.getPath().getName(), status.getLen());
                }
            }
        } catch (FileNotFoundException e) {
            return sizes;
        }
        return sizes;
    }

    /** The content of a small file; empty if there is no such file. */
    Optional<byte[]> read(String name) throws IOException {
        Path file = path(name);
        try (InputStream in = system.open(file)) {
            return Optional.of(in.readAllBytes());
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.named(file.toString(), e);
        }
    }

    /**
     * Makes a folder, except on object stores, which only have names with slashes.
     *
     * @throws FileSystemException if a link or a file is in its place on a local disk
     */
    void makeFolder(String name) throws IOException {
        Path folder = path(name);
        Optional<java.nio.file.Path> local = local(name);
        if (local.isPresent() && !name.isEmpty() && Files.isSymbolicLink(local.get())) {
            throw new FileSystemException(
                    local.get().toString(),
                    null,
                    "a symbolic link is where a folder of the job is to be, and is left alone: remove it, or choose"
                            + " another folder for the job");
        }
        if ((local.isPresent() || renames()) && !system.mkdirs(folder)) {
            throw new FileSystemException(folder.toString(), null, "cannot make this folder");
        }
    }

    private boolean renames() {
        return RENAMING.contains(system.getUri().getScheme());
    }

    /** Forces a file to disk, where the file system supports it, and closes it. */
    private static void finish(FSDataOutputStream out) throws IOException {
        if (out.hasCapability(StreamCapabilities.HSYNC)) {
            out.hsync();
        }
        out.close();
    }

    /** Writes a small file, atomically replacing an existing one of that name. */
    void replace(String name, byte[] content) throws IOException {
        Optional<java.nio.file.Path> local = local(name);
        if (local.isPresent()) {
            AtomicFile.write(local.get(), content);
        } else if (renames()) {
            String unfinished = name + ".tmp";
            put(system.create(path(unfinished), true), content);
            FileContext.getFileContext(root.toUri(), configuration)
                    .rename(path(unfinished), path(name), Options.Rename.OVERWRITE);
        } else {
            put(system.create(path(name), true), content);
        }
    }

    private static void put(FSDataOutputStream out, byte[] content) throws IOException {
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
        FSDataOutputStreamBuilder<?, ?> file = system.createFile(path(name)).overwrite(false);
        file.recursive().opt(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
        try {
            put(file.build(), content);
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

    /** Deletes a file, or a folder with its contents; does nothing if there is none. */
    void delete(String name) throws IOException {
        Path path = path(name);
        if (!system.delete(path, true) && system.exists(path)) {
            throw new FileSystemException(path.toString(), null, "cannot be deleted");
        }
        Path checksum = new Path(path.getParent(), "." + path.getName() + ".crc");
        if (local(name).isPresent()) {
            system.delete(checksum, false); // Spark's writer puts one beside each file on a local disk
        }
    }

    /** Copies a local file to the store and updates a digest with its bytes. */
    void upload(java.nio.file.Path file, String name, MessageDigest digest) throws IOException {
        FSDataOutputStream out = system.create(path(name), true);
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
