package org.unmute.data.provenance;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.unmute.files.AtomicFile;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.Sha256;
import org.unmute.files.TemporaryFile;
import org.unmute.files.WrittenFiles;

/**
 * A folder, or a single file, that a command writes to: the lock on it and the {@link FolderManifest} of the files
 * written. Before the first change, the manifest is marked as unfinished; {@link #finish} completes it. Without that
 * call, the folder stays unfinished, as after a kill.
 */
public final class OutputFolder implements AutoCloseable {
    private static final Pattern LOCK = Pattern.compile("(.*\\.)?lock");

    private final FolderLock lock;
    private final WrittenFiles written;
    private final List<String> command;
    private final Path manifest;
    private final boolean single;
    /** Entries of the manifest of an earlier run, by path. */
    private final Map<String, FolderManifest.Entry> earlier = new HashMap<>();

    private OutputFolder(FolderLock lock, Path target, boolean single, List<String> command) throws IOException {
        this.lock = lock;
        this.command = List.copyOf(command);
        this.single = single;
        manifest = single ? FolderManifest.beside(target) : target.resolve(FolderManifest.FILE);
        written = single ? WrittenFiles.of(target, this::begin) : WrittenFiles.in(target, this::begin);
    }

    /**
     * Acquires the lock on a folder, which is created if needed.
     *
     * @param command the command line, beginning with the program's name; empty if unknown
     * @throws RefusedOutputException if the folder has files of another command or of the user
     * @throws FolderLock.HeldException if the lock is held; the message names the holder
     * @throws IOException if the folder cannot be written
     */
    public static OutputFolder claim(Path folder, List<String> command) throws IOException {
        OutputOwner.requireFolder(folder, command);
        return claimShared(folder, command);
    }

    /**
     * As {@link #claim}, for a folder of another command to whose files this command adds its own.
     *
     * @param command the command line, beginning with the program's name; empty if unknown
     * @throws FolderLock.HeldException if the lock is held; the message names the holder
     * @throws IOException if the folder cannot be written
     */
    public static OutputFolder claimShared(Path folder, List<String> command) throws IOException {
        Files.createDirectories(folder);
        return opened(FolderLock.acquire(folder, FolderLock.NAME), folder, false, command);
    }

    /**
     * Acquires the lock on a file and creates its folder if needed. A file that is there must have been written by the
     * same job: the same command line, but for options that do not change what is written.
     *
     * @param command the command line, beginning with the program's name
     * @param replace whether to replace a file that another job or the user wrote
     * @throws RefusedOutputException if the file must not be replaced
     * @throws FolderLock.HeldException if the lock is held; the message names the holder
     * @throws IOException if the file cannot be written
     */
    public static OutputFolder claimFile(Path file, List<String> command, boolean replace) throws IOException {
        OutputOwner.requireFile(file, command, replace);
        Files.createDirectories(file.toAbsolutePath().getParent());
        FolderLock lock = FolderLock.acquireFor(file);
        try {
            OutputOwner.requireFile(file, command, replace); // another run may have written it in the meantime
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
        return opened(lock, file, true, command);
    }

    /**
     * As {@link #claim}, for a folder whose lock the caller holds.
     *
     * @param folder an existing folder
     * @param command the command line, beginning with the program's name; empty if unknown
     * @throws IOException if the folder cannot be read
     */
    public static OutputFolder of(Path folder, List<String> command) throws IOException {
        return new OutputFolder(null, folder, false, command);
    }

    private static OutputFolder opened(FolderLock lock, Path target, boolean single, List<String> command)
            throws IOException {
        try {
            return new OutputFolder(lock, target, single, command);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Marks the folder as unfinished, before a change that is not recorded otherwise, such as deleting a file.
     *
     * @throws IOException if the mark cannot be written
     */
    public void change() throws IOException {
        written.begin();
    }

    private void begin() throws IOException {
        earlier.clear();
        if (isFile(manifest)) {
            try {
                FolderManifest.read(manifest).files().forEach(entry -> earlier.put(entry.path(), entry));
            } catch (InputException e) {
                // A damaged manifest has no entries; the files that it named are read when this run ends.
            }
        }
        AtomicFile.write(
                manifest, new FolderManifest(false, List.copyOf(new TreeMap<>(earlier).values()), command).encode());
    }

    /**
     * Writes the manifest: the files of this run, and those of an earlier manifest that still exist.
     *
     * @throws IOException if a file cannot be read, or the manifest cannot be written
     */
    public void finish() throws IOException {
        finish(_ -> false);
    }

    /**
     * As {@link #finish()}, but includes files of runs that were killed before they wrote a manifest, or of earlier
     * versions.
     *
     * @param own tests, by its path relative to the folder with '/', whether the command would have written an existing
     *     file; not called for lock files, temporary files and folders with a manifest
     * @throws IOException if a file cannot be read, or the manifest cannot be written
     */
    public void finish(Predicate<String> own) throws IOException {
        Path folder = single ? written.root().getParent() : written.root();
        written.begin();
        TreeMap<String, FolderManifest.Entry> all = new TreeMap<>();
        Map<String, Optional<WrittenFiles.Digest>> now = new HashMap<>();
        written.files().forEach((file, digest) -> now.put(name(folder, file), digest));
        for (FolderManifest.Entry entry : earlier.values()) {
            Path file = folder.resolve(entry.path());
            if (!now.containsKey(entry.path()) && isFile(file) && !FolderManifest.isOfInner(folder, file)) {
                all.put(entry.path(), entry);
            }
        }
        for (Map.Entry<String, Optional<WrittenFiles.Digest>> one : now.entrySet()) {
            Path file = folder.resolve(one.getKey());
            if (isOwn(file) && isFile(file) && !FolderManifest.isOfInner(folder, file)) {
                all.put(one.getKey(), entry(one.getKey(), file, one.getValue()));
            }
        }
        if (!single) {
            Files.walkFileTree(folder, new Others(folder, name -> !all.containsKey(name) && own.test(name), all));
        }
        AtomicFile.write(manifest, new FolderManifest(true, List.copyOf(all.values())).encode());
    }

    private FolderManifest.Entry entry(String name, Path file, Optional<WrittenFiles.Digest> digest)
            throws IOException {
        return digest.isPresent()
                ? new FolderManifest.Entry(
                        name, digest.get().bytes(), digest.get().sha256(), command)
                : new FolderManifest.Entry(name, Files.size(file), Sha256.of(file), command);
    }

    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    /**
     * Whether a file can be part of a result. The name suffices, since folders with their own manifests are skipped.
     */
    private boolean isOwn(Path file) {
        return !file.getFileName().equals(manifest.getFileName()) && !isPassing(file);
    }

    /** Whether a file is a lock or a temporary file by its name. */
    static boolean isPassing(Path file) {
        return TemporaryFile.isOne(file)
                || LOCK.matcher(file.getFileName().toString()).matches();
    }

    private static boolean isFile(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isRegularFile();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Finds files that neither a note nor an earlier manifest names. */
    private final class Others extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Predicate<String> wanted;
        private final Map<String, FolderManifest.Entry> found;

        Others(Path root, Predicate<String> wanted, Map<String, FolderManifest.Entry> found) {
            this.root = root;
            this.wanted = wanted;
            this.found = found;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            return !folder.equals(root) && isFile(folder.resolve(FolderManifest.FILE))
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            String name = name(root, file);
            if (attributes.isRegularFile() && isOwn(file) && wanted.test(name)) {
                found.put(name, entry(name, file, Optional.empty()));
            }
            return FileVisitResult.CONTINUE;
        }
    }

    @Override
    public void close() throws IOException {
        written.close();
        if (lock != null) {
            lock.close();
        }
    }
}
