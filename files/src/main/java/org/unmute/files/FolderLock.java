package org.unmute.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive right to write to a folder or to one file in it. It is an operating system lock on a small file, so it
 * is released when its process ends. The file names the holder.
 *
 * <p>The lock file is opened without following symbolic links and must be a regular file. It is written to only once it
 * is locked, and only if its content has the form that this class writes. So nobody who may write to the folder can use
 * the lock to get another file overwritten.
 */
public final class FolderLock implements AutoCloseable {
    /** Default name of the lock file of a folder. */
    public static final String NAME = "run.lock";

    /**
     * Lock files held by this process. POSIX drops a lock when the process closes any channel to the file, so no other
     * code in this process may open and close one.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final int MAX_OWNER_BYTES = 512;
    private static final int MAX_ATTEMPTS = 100;
    /** Process, host and start time. Earlier versions wrote only the process. */
    private static final Pattern OWNER = Pattern.compile(
            "(\\d{1,10})(?: on ([\\w.-]{1,253}) since (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ)\n)?");

    private static final Pattern HOST = Pattern.compile("[\\w.-]{1,253}");
    private static final String UNKNOWN_HOST = "-";
    /** The file from which Linux tells the host name. Asking the network for it could take seconds. */
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private final Path file;
    private final FileChannel channel;
    /** A second channel to the file if closing the lock deletes the file; otherwise null. */
    private final @Nullable FileChannel again;

    private boolean closed;

    /** The lock is held by another process, or by this one already. */
    public static final class HeldException extends IOException implements Diagnosis.Explained {
        private static final long serialVersionUID = 1;

        HeldException(Owner owner, Path target, String kind) {
            super(owner.who() + " is writing to " + target + owner.details()
                    + ": wait until it is done, or write to another " + kind);
        }

        @Override
        public Diagnosis.Kind kind() {
            return Diagnosis.Kind.INPUT;
        }
    }

    private FolderLock(Path file, FileChannel channel, @Nullable FileChannel again) {
        this.file = file;
        this.channel = channel;
        this.again = again;
    }

    /**
     * Acquires the lock of a folder and deletes the {@linkplain TemporaryFile temporary files} that killed processes
     * left in it.
     *
     * @param folder an existing folder
     * @param name name of the lock file in the folder, which is created if needed and never deleted; all writers to the
     *     folder must use the same name
     * @throws HeldException if another process or this one holds the lock
     * @throws IOException if the file cannot be written
     */
    public static FolderLock acquire(Path folder, String name) throws IOException {
        Path real = folder.toRealPath();
        Path file = real.resolve(name);
        if (!file.getParent().toRealPath().equals(file.getParent())) {
            throw new FileSystemException(
                    folder.resolve(name).getParent().toString(),
                    null,
                    "a symbolic link is where a folder is to be, and is left alone: remove it, or choose another"
                            + " place");
        }
        return held(file, folder, "folder", () -> {
            FolderLock lock = new FolderLock(file, lock(file, folder, "folder"), null);
            return lock.swept(() -> TemporaryFile.sweep(real, Duration.ZERO));
        });
    }

    /**
     * Acquires the right to write to one file and deletes temporary files of it that killed processes left. The lock
     * file is {@code .NAME.lock} in the same folder; closing the lock deletes it if that is safe.
     *
     * @param target the file; it need not exist, but its folder must
     * @throws HeldException if another process or this one holds the lock
     * @throws IOException if the lock file cannot be written
     */
    public static FolderLock acquireFor(Path target) throws IOException {
        Path real = target.toAbsolutePath().getParent().toRealPath().resolve(target.getFileName());
        Path file = real.resolveSibling(
                "." + TemporaryFile.stem(target.getFileName().toString()) + ".lock");
        return held(file, target, "file", () -> passing(file, target).swept(() -> TemporaryFile.sweepOf(real)));
    }

    /** The exception for a file or folder that this process is already writing to. */
    static HeldException heldHere(Path target, String kind) {
        return new HeldException(new Owner("this process", ""), target, kind);
    }

    /** Acquires a lock. */
    private interface Acquisition {
        FolderLock get() throws IOException;
    }

    /** Deletes files and returns their number. */
    private interface Sweep {
        int run() throws IOException;
    }

    /** Acquires a lock and records that this process holds it. */
    private static FolderLock held(Path file, Path target, String kind, Acquisition acquisition) throws IOException {
        if (!HELD.add(file)) {
            throw heldHere(target, kind);
        }
        boolean acquired = false;
        try {
            FolderLock lock = acquisition.get();
            acquired = true;
            return lock;
        } catch (AccessDeniedException e) {
            if (Files.isWritable(file.getParent())) {
                throw e;
            }
            AccessDeniedException named = new AccessDeniedException(target.toString(), null, e.getReason());
            named.initCause(e);
            throw named;
        } finally {
            if (!acquired) {
                HELD.remove(file);
            }
        }
    }

    /** Deletes temporary files and returns this lock. Releases the lock if that fails. */
    private FolderLock swept(Sweep sweep) throws IOException {
        try {
            sweep.run();
            return this;
        } catch (IOException | RuntimeException e) {
            closeBoth(channel, again);
            throw e;
        }
    }

    /**
     * Locks a file that its holder deletes on release. Between opening and locking, the previous holder may have
     * deleted the file, and another process may have created and locked a new one, so that the name no longer refers to
     * the opened file. Equal file keys do not rule this out, because a file system reuses the number of a deleted file.
     */
    private static FolderLock passing(Path file, Path target) throws IOException {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            try {
                Files.createFile(file);
            } catch (FileAlreadyExistsException e) {
                // The lock is held, or its holder was killed.
            }
            Object before = key(file);
            FileChannel channel = lock(file, target, "file");
            FileChannel again = null;
            boolean same = false;
            try {
                if (before == null) {
                    same = true; // a system without file keys does not delete open files
                } else if (before.equals(key(file))) {
                    again = openAgain(file);
                    same = again != null && isLockedHere(again, file);
                }
            } finally {
                if (!same) {
                    closeBoth(channel, again);
                }
            }
            if (same) {
                return new FolderLock(file, channel, again);
            }
        }
        throw new HeldException(Owner.UNKNOWN, target, "file");
    }

    /** Opens the file a second time; null if it no longer exists. */
    private static @Nullable FileChannel openAgain(Path file) throws IOException {
        try {
            return RegularFile.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Whether this process has locked the file of a channel. Java compares open files, not their names. */
    private static boolean isLockedHere(FileChannel again, Path file) throws IOException {
        try {
            FileLock other = again.tryLock(Long.MAX_VALUE - 1, 1, false);
            if (other != null) {
                other.release();
            }
            return false;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            throw FileFailure.named(file, e);
        }
    }

    /**
     * Closes both channels. Closing either one releases the lock, because a process that closes a file loses all its
     * locks on it.
     */
    private static void closeBoth(FileChannel channel, @Nullable FileChannel again) throws IOException {
        try (channel;
                again) {
            // closes both, even if closing one fails
        }
    }

    /** A key that distinguishes successive files of the same name; null if the system has none. */
    private static @Nullable Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return new Object(); // equal to no other key
        }
    }

    /** Opens and locks a lock file, and writes its holder into it. */
    private static FileChannel lock(Path file, Path target, String kind) throws IOException {
        FileChannel channel =
                RegularFile.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!tryLock(channel)) {
                throw new HeldException(Owner.of(text(channel)), target, kind);
            }
            requireLockFile(file, channel);
            channel.truncate(0);
            channel.position(0);
            LittleEndian.writeFully(channel, ByteBuffer.wrap(me().getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw FileFailure.named(file, e);
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Locks only the last possible byte, so that the text stays readable on systems where locks forbid reading. */
    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by a copy of this class from another class loader
        }
    }

    private static void requireLockFile(Path file, FileChannel channel) throws IOException {
        String text = text(channel);
        Matcher owner = OWNER.matcher(text.replace("\0", ""));
        // A text that ends early, or is empty, was cut off by a full device or a power failure.
        if (channel.size() > MAX_OWNER_BYTES || !owner.matches() && !owner.hitEnd()) {
            throw new FileSystemException(
                    file.toString(),
                    null,
                    "a file of " + channel.size() + " bytes, which is no lock, has the lock's name and is left alone:"
                            + " move it away, or choose another place");
        }
    }

    /** The content of the file, up to the maximum length of an owner's text. */
    private static String text(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MAX_OWNER_BYTES);
        while (text.hasRemaining() && channel.read(text, text.position()) > 0) {
            // continues to read
        }
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    }

    /** The holder of a lock, with host and start time. */
    private record Owner(String who, String details) {
        static final Owner UNKNOWN = new Owner("another process", "");

        /** Parses a lock file's text, which may come from anybody who can write to the folder. */
        static Owner of(String text) {
            Matcher owner = OWNER.matcher(text);
            if (!owner.matches()) {
                return UNKNOWN;
            }
            String host = UNKNOWN_HOST.equals(owner.group(2)) ? "" : "on " + owner.group(2) + " ";
            return new Owner(
                    "process " + owner.group(1),
                    owner.group(2) == null ? "" : " (" + host + "since " + owner.group(3) + ")");
        }
    }

    private static String me() {
        return ProcessHandle.current().pid() + " on " + host() + " since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n";
    }

    private static String host() {
        try {
            String name = Files.exists(HOST_NAME) ? Files.readString(HOST_NAME).strip() : UNKNOWN_HOST;
            return HOST.matcher(name).matches() ? name : UNKNOWN_HOST;
        } catch (IOException e) {
            return UNKNOWN_HOST;
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (channel;
                again) {
            if (again != null) {
                Files.deleteIfExists(file); // while it is locked, so that it cannot be another file
            }
        } finally {
            HELD.remove(file);
        }
    }
}
