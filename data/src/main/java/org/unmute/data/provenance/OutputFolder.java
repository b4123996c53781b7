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
 * A folder, or a single file, that a command writes to: the right to do so, and the {@link FolderManifest} of what is
 * written. Before the first change the manifest becomes that of an unfinished folder; {@link #finish} completes it.
 * Without that call the folder stays unfinished, as after a kill.
 */
public final class OutputFolder implements AutoCloseable {
    private static final Pattern LOCK = Pattern.compile("(.*\\.)?lock");

    private final FolderLock lock;
    private final WrittenFiles written;
    private final List<String> command;
    private final Path manifest;
    private final boolean single;
    /** What an earlier run stated, by path. */
    private final Map<String, FolderManifest.Entry> earlier = new HashMap<>();

    private OutputFolder(FolderLock lock, Path target, boolean single, List<String> command) throws IOException {
        this.lock = lock;
        this.command = List.copyOf(command);
        this.single = single;
        manifest = single ? FolderManifest.beside(target) : target.resolve(FolderManifest.FILE);
        written = single ? WrittenFiles.of(target, this::begin) : WrittenFiles.in(target, this::begin);
    }

    /**
     * Acquires the right to write to a folder, which is created if needed.
     *
     * @param command the command line, beginning with the program's name; empty if it is not known
     * @throws FolderLock.HeldException saying who is writing to it
     * @throws IOException if it cannot be written
     */
    public static OutputFolder claim(Path folder, List<String> command) throws IOException {
        Files.createDirectories(folder);
        return opened(FolderLock.acquire(folder, FolderLock.NAME), folder, false, command);
    }

    /**
     * Acquires the right to write to a file, and creates its folder if needed.
     *
     * @param command the command line, beginning with the program's name
     * @throws FolderLock.HeldException saying who is writing to it
     * @throws IOException if it cannot be written
     */
    public static OutputFolder claimFile(Path file, List<String> command) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return opened(FolderLock.acquireFor(file), file, true, command);
    }

    /**
     * The same for a folder whose lock the caller holds.
     *
     * @param folder exists
     * @param command the command line, beginning with the program's name; empty if it is not known
     * @throws IOException if it cannot be read
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
     * Says that the folder is unfinished, before it is changed in a way that is not noted, such as by deleting a file.
     *
     * @throws IOException if that cannot be written
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
                // A damaged one states nothing; what it stated is read when this run ends.
            }
        }
        AtomicFile.write(manifest, new FolderManifest(false, List.copyOf(new TreeMap<>(earlier).values())).encode());
    }

    /**
     * Writes the manifest: what this run wrote, and what an earlier manifest states and is still there.
     *
     * @throws IOException if a file cannot be read, or the manifest cannot be written
     */
    public void finish() throws IOException {
        finish(_ -> false);
    }

    /**
     * The same with files of runs that were killed before they wrote a manifest, or of earlier versions.
     *
     * @param own whether the command would have written a file that is there, by its path below the folder with '/';
     *     lock files, temporary files and folders that have a manifest are not asked for
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

    /** Whether a file can be one of a result. A name is enough: folders with manifests of their own are left out. */
    private boolean isOwn(Path file) {
        return !file.getFileName().equals(manifest.getFileName())
                && !TemporaryFile.isOne(file)
                && !LOCK.matcher(file.getFileName().toString()).matches();
    }

    private static boolean isFile(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isRegularFile();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Finds files that no note and no earlier manifest names. */
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
