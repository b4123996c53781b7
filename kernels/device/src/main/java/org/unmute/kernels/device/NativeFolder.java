package org.unmute.kernels.device;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A private folder for the native library of a binding. JOCL and JCuda unpack their library under a fixed name into
 * {@code java.io.tmpdir} and load any file that has that name. In a folder that only this user may write to, that file
 * is the library.
 *
 * <p>The folder is deleted when the process ends. A killed process leaves it behind, and the next process of the same
 * user removes it. A lock on a file in the folder tells folders in use from abandoned ones, since a lock ends with its
 * process however that ends.
 */
public final class NativeFolder {
    private static final String TEMPORARY = "java.io.tmpdir";
    private static final String PREFIX = "unmute-natives-";
    private static final String LOCK = "lock";
    /** A folder without a lock file is abandoned at this age: no process is still about to lock it. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    /**
     * The locks of this process by folder. POSIX drops a lock when the process closes any channel to the file, so these
     * channels stay open, and a second one must not be opened.
     */
    private static final Map<Path, FileChannel> HELD = new HashMap<>();

    private NativeFolder() {}

    /** Runs code that unpacks native libraries with a private folder as the temporary folder. */
    public static synchronized <T> T within(Supplier<T> body) {
        String before = System.getProperty(TEMPORARY);
        try {
            Path folder = create();
            sweep(folder);
            System.setProperty(TEMPORARY, folder.toString());
            try {
                return body.get();
            } finally {
                System.setProperty(TEMPORARY, before);
                deleteAtExit(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "native code: no folder for it can be made in " + before + ": " + e.getMessage()
                            + ": make room, or name another folder with -D" + TEMPORARY,
                    e);
        }
    }

    private static Path create() throws IOException {
        while (true) {
            // Only the owner has access, if the file system supports permissions.
            Path folder = Files.createTempDirectory(PREFIX);
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (isLocked(channel)) {
                HELD.put(folder, channel);
                return folder;
            }
            // Another process found the folder before it was locked, and is removing it.
            channel.close();
        }
    }

    private static boolean isLocked(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            // The file system has no locks, so no other process can take one to remove the folder either.
            return true;
        }
    }

    /** Removes the folders that killed processes left next to this one. A failure is logged and otherwise ignored. */
    private static void sweep(Path own) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(own.getParent(), PREFIX + "*")) {
            for (Path folder : folders) {
                if (!HELD.containsKey(folder)) {
                    removeIfLeft(folder, own);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            log("cannot list " + own.getParent(), e);
        }
    }

    private static void removeIfLeft(Path folder, Path own) {
        try {
            if (isAlike(folder, own)) {
                removeUnlocked(folder);
            }
        } catch (IOException e) {
            log("cannot remove " + folder, e);
        }
    }

    /** Whether this class could have created the folder for this user; others may have put anything into the parent. */
    private static boolean isAlike(Path folder, Path own) throws IOException {
        LinkOption link = LinkOption.NOFOLLOW_LINKS;
        if (!Files.isDirectory(folder, link) || !Files.getOwner(folder, link).equals(Files.getOwner(own, link))) {
            return false;
        }
        return !own.getFileSystem().supportedFileAttributeViews().contains("posix")
                || PosixFilePermissions.toString(Files.getPosixFilePermissions(folder, link))
                        .equals("rwx------");
    }

    private static void removeUnlocked(Path folder) throws IOException {
        Path lock = folder.resolve(LOCK);
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (channel.tryLock() == null) {
                return;
            }
            deleteFiles(folder, lock);
        } catch (OverlappingFileLockException e) {
            return; // The folder belongs to another class loader of this process.
        } catch (NoSuchFileException e) {
            // The folder is from a version without locks, or from a process that is about to lock it.
            Instant changed = Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .lastModifiedTime()
                    .toInstant();
            if (changed.isAfter(Instant.now().minus(ABANDONED))) {
                return;
            }
            deleteFiles(folder, lock);
        }
        Files.deleteIfExists(lock);
        Files.deleteIfExists(folder);
    }

    private static void deleteFiles(Path folder, Path except) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!file.equals(except)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void log(String what, Exception e) {
        System.getLogger("org.unmute").log(System.Logger.Level.DEBUG, "native code: " + what, e);
    }

    /** Windows cannot delete a loaded library before the process ends; there the next process deletes it. */
    private static void deleteAtExit(Path folder) {
        folder.toFile().deleteOnExit();
        File[] files = folder.toFile().listFiles();
        if (files != null) {
            for (File f : files) {
                f.deleteOnExit();
            }
        }
    }
}
