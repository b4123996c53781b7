package org.unmute.spark.layout;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;

/**
 * The folder of a job on a disk of this machine. Files are named by their paths below it.
 *
 * <p>Symbolic links below the folder are never followed, since another user may have planted them. A link in place of a
 * folder or file of the job is reported as an error that names it, and is left alone. Deleting a folder does not delete
 * the targets of links inside it. The folder itself may be a link, since the user names it.
 *
 * <p>A power loss preserves the order of renames and deletions between folders: before a file is written or deleted,
 * the names in all other modified folders are forced to disk. A decision is on disk before it is carried out, and it is
 * carried out on disk before it is deleted. Thread-safe.
 */
final class LocalFolder {
    private static final int MAX_ATTEMPTS = 5;

    private final Path root;
    /** Folders with names that may not be on disk yet. */
    private final Set<Path> unforced = ConcurrentHashMap.newKeySet();

    LocalFolder(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /**
     * The path of a file or folder.
     *
     * @throws FileSystemException if a folder above it, below the job's, is a link or not a folder
     */
    private Path path(String name) throws IOException {
        if (name.isEmpty()) {
            return root;
        }
        Path path = root.resolve(name);
        for (int parts = root.getNameCount() + 1; parts < path.getNameCount(); parts++) {
            requireFolder(path.getRoot().resolve(path.subpath(0, parts)));
        }
        return path;
    }

    /** Attributes of a file, folder or link, without following links; null if it does not exist. */
    private static BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Whether the folder exists; fails if something else has its name. */
    private static boolean requireFolder(Path path) throws IOException {
        BasicFileAttributes found = attributes(path);
        if (found != null && !found.isDirectory()) {
            throw inTheWay(path, found, "folder");
        }
        return found != null;
    }

    private static FileSystemException inTheWay(Path path, BasicFileAttributes found, String wanted) {
        String what = found.isSymbolicLink()
                ? "a symbolic link"
                : found.isDirectory() ? "a folder" : found.isRegularFile() ? "a file" : "a device";
        return new FileSystemException(
                path.toString(),
                null,
                what + " is where a " + wanted + " of the job is to be, and is left alone: remove it, or choose"
                        + " another folder for the job");
    }

    /** Size of a file in bytes; -1 if there is none. */
    long size(String name) throws IOException {
        Path path = path(name);
        BasicFileAttributes found = attributes(path);
        if (found != null && !found.isRegularFile()) {
            throw inTheWay(path, found, "file");
        }
        return found == null ? -1 : found.size();
    }

    /** An entry of a folder. Symbolic links are neither regular files nor folders. */
    record Entry(String name, BasicFileAttributes attributes) {}

    /** The entries of a folder, in no particular order; empty if it does not exist. */
    List<Entry> list(String name) throws IOException {
        Path folder = path(name);
        List<Entry> entries = new ArrayList<>();
        if (!folder.equals(root) && !requireFolder(folder)) {
            return entries;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path each : all) {
                BasicFileAttributes found = attributes(each);
                if (found != null) {
                    entries.add(new Entry(each.getFileName().toString(), found));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw FileFailure.named(folder, e.getCause());
        }
        return entries;
    }

    /** The content of a small file; empty if there is no such file. */
    Optional<byte[]> read(String name) throws IOException {
        Path path = path(name);
        try (var file = RegularFile.open(path, StandardOpenOption.READ)) {
            return Optional.of(Channels.newInputStream(file).readAllBytes());
        } catch (NoSuchFileException | FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
    }

    /** Makes a folder and its missing parents. */
    void makeFolder(String name) throws IOException {
        make(path(name));
    }

    private void make(Path folder) throws IOException {
        // An existing folder may have been modified by a process that was killed before forcing its names.
        unforced.add(folder);
        boolean below = folder.startsWith(root) && !folder.equals(root);
        if (below ? requireFolder(folder) : RegularFile.isFolder(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            make(parent);
        }
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            // Another task may have created it in the meantime.
            if (below ? !requireFolder(folder) : !RegularFile.isFolder(folder)) {
                throw e;
            }
        }
        if (parent != null) {
            TemporaryFile.forceFolder(parent);
        }
    }

    /** Begins a new file and creates its folder if necessary. */
    FSDataOutputStream create(String name) throws IOException {
        Path file = prepared(name);
        return new FSDataOutputStream(new LocalOutput(file), null);
    }

    /** The path of a file that another program is about to create. Creates the file's folder if necessary. */
    Path prepared(String name) throws IOException {
        Path file = path(name);
        make(file.getParent());
        return file;
    }

    /** Writes a small file, atomically replacing an existing one of that name. */
    void write(String name, byte[] content) throws IOException {
        Path file = prepared(name);
        size(name);
        force(null);
        AtomicFile.write(file, content);
    }

    /** Renames a file to a name that is not in use. */
    void rename(String from, String to) throws IOException {
        Path source = path(from);
        Path target = path(to);
        if (size(from) < 0) {
            throw new NoSuchFileException(source.toString());
        }
        if (attributes(target) != null) {
            throw new FileAlreadyExistsException(source.toString(), target.toString(), "the name is not free");
        }
        // The old name need not be forced: it does not count if it reappears.
        unforced.add(target.getParent());
        Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes a file, a link, or a folder with its contents; does nothing if there is none. */
    void delete(String name) throws IOException {
        Path path = path(name);
        if (path.equals(root)) {
            throw new IllegalArgumentException("the folder of a job is not deleted: " + root);
        }
        if (attributes(path) == null) {
            return;
        }
        force(path.getParent());
        unforced.removeIf(folder -> folder.startsWith(path));
        unforced.add(path.getParent());
        for (int attempt = 1; ; attempt++) {
            try {
                deleteAll(path);
                return;
            } catch (DirectoryNotEmptyException e) {
                // A task whose driver was killed may keep writing for a while.
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Deletes through open directory handles where the system supports it, so that replacing a folder by a link has no
     * effect.
     */
    private void deleteAll(Path path) throws IOException {
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(root)) {
            if (folder instanceof SecureDirectoryStream<Path> secure) {
                deleteAll(secure, root.relativize(path));
            } else {
                deleteInPlace(path);
            }
        } catch (NoSuchFileException e) {
            // Another process deleted it.
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void deleteAll(SecureDirectoryStream<Path> in, Path path) throws IOException {
        if (path.getNameCount() > 1) {
            try (SecureDirectoryStream<Path> next = in.newDirectoryStream(path.getName(0), LinkOption.NOFOLLOW_LINKS)) {
                deleteAll(next, path.subpath(1, path.getNameCount()));
            }
            return;
        }
        if (!in.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory()) {
            in.deleteFile(path);
            return;
        }
        try (SecureDirectoryStream<Path> folder = in.newDirectoryStream(path, LinkOption.NOFOLLOW_LINKS)) {
            for (Path each : folder) {
                deleteAll(folder, each.getFileName());
            }
        }
        in.deleteDirectory(path);
    }

    private static void deleteInPlace(Path path) throws IOException {
        BasicFileAttributes found = attributes(path);
        if (found != null && found.isDirectory()) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
                for (Path each : all) {
                    deleteInPlace(each);
                }
            }
        }
        Files.deleteIfExists(path);
    }

    /** Forces all changed names to disk, except those in one folder, which may be null. */
    private void force(Path except) throws IOException {
        for (Path folder : unforced) {
            if (!folder.equals(except) && unforced.remove(folder)) {
                boolean forced = false;
                try {
                    TemporaryFile.forceFolder(folder);
                    forced = true;
                } finally {
                    if (!forced) {
                        unforced.add(folder);
                    }
                }
            }
        }
    }

    /** Deletes temporary files that killed processes left in a folder. The caller holds the folder's lock. */
    void sweep(String name) throws IOException {
        Path folder = path(name);
        if (folder.equals(root) || requireFolder(folder)) {
            TemporaryFile.sweep(folder, Duration.ZERO);
        }
    }
}
