package org.unmute.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A new file with a random name that is renamed once it is complete, and deleted otherwise. It is always created, never
 * opened, so nobody can plant a symbolic link or another file in its place. Until it is renamed, only its owner may
 * read or write it.
 *
 * <p>Its name is the target's name followed by 16 hex digits and {@code .tmp}. A killed process leaves it behind, and
 * the next process that acquires the {@link FolderLock} of the folder deletes it.
 */
public final class TemporaryFile implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("(.+)\\.(?:[0-9a-f]{16}|\\d+-\\d+)\\.tmp", Pattern.DOTALL);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final int RANDOM_BYTES = 8;
    private static final int MAX_ATTEMPTS = 100;
    /** File systems allow names of 255 bytes; the digits and the suffix need 21 of them. */
    private static final int MAX_STEM_BYTES = 200;
    /** Suffix of the record of a run, which is written next to the file that the run wrote. */
    private static final String RECORD_SUFFIX = ".run.json";
    /** Suffix of the manifest of both files. */
    private static final String MANIFEST_SUFFIX = "." + WrittenFiles.MANIFEST;
    /** Error messages of file systems that cannot force a folder. */
    private static final Set<String> NOT_SUPPORTED =
            Set.of("Invalid argument", "Operation not supported", "Bad file descriptor");

    private final Path path;
    private final FileChannel channel;
    /** Permissions that new files get in this folder; null if the file system has none. */
    private final @Nullable Set<PosixFilePermission> usual;

    private boolean moved;

    /** Loaded only when needed, because loading takes milliseconds. */
    private static final class Randomness {
        static final SecureRandom SOURCE = new SecureRandom();
    }

    private TemporaryFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
        this.usual = restrict(path);
    }

    /**
     * Creates an empty file.
     *
     * @param target the target; the file is created in its folder, with a name that begins with its name
     * @throws IOException if the file cannot be created
     */
    public static TemporaryFile create(Path target) throws IOException {
        String stem = stem(target.getFileName().toString());
        boolean watched = WrittenFiles.covers(target);
        byte[] random = new byte[RANDOM_BYTES];
        for (int attempt = 1; ; attempt++) {
            Randomness.SOURCE.nextBytes(random);
            Path path = target.resolveSibling(stem + "." + HexFormat.of().formatHex(random) + ".tmp");
            try {
                FileChannel opened = FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
                return new TemporaryFile(path, watched ? WrittenFiles.watched(opened) : opened);
            } catch (FileAlreadyExistsException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** A name short enough for a suffix to be appended. It differs for different names. */
    static String stem(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length <= MAX_STEM_BYTES
                ? name
                : Sha256.of(name).substring(0, 2 * RANDOM_BYTES);
    }

    /**
     * Lets only the owner read and write. Returns the permissions before, or null if the file system has none. They are
     * read from a file rather than from the process, because folders may have their own defaults.
     */
    private static @Nullable Set<PosixFilePermission> restrict(Path path) {
        try {
            Set<PosixFilePermission> usual = permissions(path);
            if (usual != null) {
                view(path).setPermissions(OWNER_ONLY);
            }
            return usual;
        } catch (IOException e) {
            return null; // such as FAT, where all files have the permissions of the mount
        }
    }

    private static PosixFileAttributeView view(Path path) {
        return Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static @Nullable Set<PosixFilePermission> permissions(Path path) throws IOException {
        PosixFileAttributeView view = view(path);
        return view == null ? null : view.readAttributes().permissions();
    }

    /** The path of the file until {@link #replace}. */
    Path path() {
        return path;
    }

    /** The channel for reading and writing the content. */
    public FileChannel channel() {
        return channel;
    }

    /**
     * Forces the content to the device and renames the file to the target. An existing target is replaced and its
     * permissions are kept; a symbolic link is replaced, not followed. When this method returns, the name is forced to
     * the device too. {@link WrittenFiles} records the change.
     *
     * @param target a path on the same file system
     * @throws IOException if any step fails; the target is then unchanged, unless only forcing the name failed
     */
    public void replace(Path target) throws IOException {
        WrittenFiles.Change change = WrittenFiles.before(target);
        if (usual != null) {
            view(path)
                    .setPermissions(
                            Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS) ? permissions(target) : usual);
        }
        channel.force(true);
        channel.close();
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        moved = true;
        change.done(channel);
        forceFolder(target.toAbsolutePath().getParent());
    }

    /** Deletes the file unless it was renamed. */
    @Override
    public void close() throws IOException {
        try (channel) {
            if (!moved) {
                Files.deleteIfExists(path);
            }
        }
    }

    /**
     * Forces the names in a folder to the device, so that a power failure does not undo the creation, renaming or
     * deletion of a file. Does nothing on systems that cannot do this, and for a folder that may be written to but not
     * read.
     *
     * @throws IOException if it fails; the message names the folder
     */
    public static void forceFolder(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix") || !Files.isReadable(folder)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            if (e.getMessage() == null || !NOT_SUPPORTED.contains(e.getMessage())) {
                throw FileFailure.named(folder, e);
            }
        }
    }

    /** Whether a file has the name of a temporary file, including those of earlier versions. */
    public static boolean isOne(Path file) {
        return file.getFileName() != null
                && NAME.matcher(file.getFileName().toString()).matches();
    }

    /**
     * Deletes temporary files that killed processes left. With an age of zero, the caller must hold the lock of the
     * folder, because files that others are writing would be deleted too.
     *
     * @param age minimum time since a file was last written to
     * @return the number of files deleted
     * @throws IOException if the folder cannot be listed, or a file cannot be examined or deleted
     */
    public static int sweep(Path folder, Duration age) throws IOException {
        Instant limit = age.isZero() ? Instant.MAX : Instant.now().minus(age);
        return sweep(folder, _ -> true, limit);
    }

    /** Deletes temporary files of one target and of the record and manifest next to it. */
    static int sweepOf(Path target) throws IOException {
        String name = target.getFileName().toString();
        Set<String> stems = Set.of(stem(name), stem(name + RECORD_SUFFIX), stem(name + MANIFEST_SUFFIX));
        return sweep(target.toAbsolutePath().getParent(), stems::contains, Instant.MAX);
    }

    private static int sweep(Path folder, Predicate<String> stem, Instant limit) throws IOException {
        int deleted = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()
                        && stem.test(name.group(1))
                        && isAbandoned(file, limit)
                        && Files.deleteIfExists(file)) {
                    deleted++;
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return deleted;
    }

    private static boolean isAbandoned(Path file, Instant limit) throws IOException {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return found.isRegularFile()
                    && (limit == Instant.MAX
                            || found.lastModifiedTime().toInstant().isBefore(limit));
        } catch (NoSuchFileException e) {
            return false; // renamed in the meantime
        }
    }
}
