package org.unmute.kernels.opencl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.unmute.files.AtomicFile;
import org.unmute.files.Sha256;
import org.unmute.files.TemporaryFile;

/**
 * Compiled programs on disk, so that a process need not compile programs again that an earlier one has compiled. An
 * entry belongs to a key that names everything the program depends on. It contains this key and a checksum. A damaged
 * entry is reported, removed and rebuilt.
 *
 * <p>A driver runs any program it is given, so the folder must belong to this user and be closed to everybody else;
 * otherwise it is not used. Failures to write do not stop the process.
 */
final class ProgramCache {
    /** System property: the folder of compiled programs, or {@value #OFF}. */
    static final String FOLDER = "unmute.opencl.cache";
    /** The value of {@value #FOLDER} that turns the cache off. */
    static final String OFF = "off";
    /** Max entries, enough for the programs of several devices. Beyond this the oldest are removed. */
    static final int MAX_ENTRIES = 256;

    private static final System.Logger LOG = System.getLogger("org.unmute");
    private static final String MAGIC = "unmute program 1\n";
    private static final String SUFFIX = ".program";
    private static final long MAX_BYTES = 64L << 20;
    /** A temporary file of this age was left behind by a killed process. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    /** The folder; empty if nothing is kept. */
    private final Optional<Path> folder;
    /** Receives warnings for users. */
    private final Consumer<String> warnings;

    private ProgramCache(Optional<Path> folder, Consumer<String> warnings) {
        this.folder = folder;
        this.warnings = warnings;
    }

    /** The cache in a folder, which is created if it is missing. */
    static ProgramCache in(Path folder, Consumer<String> warnings) {
        return new ProgramCache(Optional.of(folder), warnings);
    }

    /** A cache that keeps nothing. */
    static ProgramCache none() {
        return new ProgramCache(Optional.empty(), _ -> {});
    }

    /**
     * The cache in the folder named by {@value #FOLDER}, by default {@code unmute/opencl} below {@code $XDG_CACHE_HOME}
     * or {@code ~/.cache}.
     */
    static ProgramCache ofUser() {
        String wanted = System.getProperty(FOLDER, "").strip();
        if (wanted.equals(OFF)) {
            return none();
        }
        return new ProgramCache(
                wanted.isEmpty()
                        ? folder(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home"))
                        : Optional.of(Path.of(wanted)),
                warning -> LOG.log(System.Logger.Level.WARNING, warning));
    }

    /** The folder for a user's programs; empty for a user without a home, which the JVM reports as "?". */
    static Optional<Path> folder(String cacheHome, String home) {
        Path base = cacheHome != null && Path.of(cacheHome).isAbsolute() ? Path.of(cacheHome) : Path.of(home, ".cache");
        return base.isAbsolute() ? Optional.of(base.resolve("unmute").resolve("opencl")) : Optional.empty();
    }

    /** The program for a key; empty if there is none or it is damaged. */
    Optional<byte[]> read(String key) {
        if (folder.isEmpty() || !isUsable()) {
            return Optional.empty();
        }
        Path file = file(key);
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                discard(key, "it has " + size + " bytes");
                return Optional.empty();
            }
            byte[] all = Files.readAllBytes(file);
            int start = header(key, new byte[0]).length;
            if (all.length > start) {
                byte[] program = Arrays.copyOfRange(all, start, all.length);
                if (Arrays.equals(header(key, program), Arrays.copyOf(all, start))) {
                    return Optional.of(program);
                }
            }
            discard(key, "its checksum or its key is wrong");
        } catch (NoSuchFileException e) {
            // Not yet compiled.
        } catch (IOException e) {
            discard(key, "it cannot be read (" + e + ")");
        }
        return Optional.empty();
    }

    /** Stores the program for a key. */
    void write(String key, byte[] program) {
        if (folder.isEmpty()) {
            return;
        }
        try {
            create(folder.get());
            if (!isUsable()) {
                return;
            }
            byte[] header = header(key, program);
            byte[] all = Arrays.copyOf(header, header.length + program.length);
            System.arraycopy(program, 0, all, header.length, program.length);
            AtomicFile.write(file(key), all);
            TemporaryFile.sweep(folder.get(), ABANDONED); // there is no lock, so others may be writing
            sweep();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "opencl: a compiled program was not kept", e);
        }
    }

    /** Removes an unusable entry and reports it. */
    void discard(String key, String why) {
        folder.ifPresent(_ -> {
            warnings.accept(
                    "opencl: the compiled program " + file(key) + " is damaged: " + why + ": it is compiled again");
            try {
                Files.deleteIfExists(file(key));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "opencl: a damaged program was not removed", e);
            }
        });
    }

    Path file(String key) {
        return folder.orElseThrow().resolve(Sha256.of(key) + SUFFIX);
    }

    private static byte[] header(String key, byte[] program) {
        return (MAGIC + Sha256.of(program) + "\n" + key + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isPosix(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static void create(Path folder) throws IOException {
        if (Files.exists(folder)) {
            return;
        }
        Files.createDirectories(folder.toAbsolutePath().getParent());
        try {
            if (isPosix(folder)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                Files.createDirectory(folder);
            }
        } catch (FileAlreadyExistsException e) {
            // Another process was faster; isUsable checks the folder it made.
        }
    }

    /** Whether the folder exists and only this user can have put anything into it. */
    private boolean isUsable() {
        Path path = folder.orElseThrow();
        LinkOption link = LinkOption.NOFOLLOW_LINKS;
        if (!Files.exists(path, link)) {
            return false;
        }
        try {
            if (!Files.isDirectory(path, link)) {
                throw new FileSystemException(path.toString(), null, "it is not a folder");
            }
            if (isPosix(path)) {
                String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(path, link));
                if (!permissions.endsWith("------")) {
                    throw new FileSystemException(path.toString(), null, "others have access to it: " + permissions);
                }
                UserPrincipal owner = Files.getOwner(path, link);
                if (!owner.equals(user())) {
                    throw new FileSystemException(path.toString(), null, "it belongs to " + owner);
                }
            }
            return true;
        } catch (IOException e) {
            warnings.accept("opencl: compiled programs are not kept: " + e.getMessage()
                    + ": give the folder to this user alone, or name another one with -D" + FOLDER);
            return false;
        }
    }

    /** The user of this process. Linux provides it; elsewhere the user name of the JVM is looked up. */
    private static UserPrincipal user() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.isDirectory(self)
                ? Files.getOwner(self)
                : self.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(System.getProperty("user.name"));
    }

    private void sweep() throws IOException {
        List<Path> entries;
        try (Stream<Path> files = Files.list(folder.orElseThrow())) {
            entries = files.filter(f -> f.getFileName().toString().endsWith(SUFFIX))
                    .sorted(Comparator.comparingLong(ProgramCache::changed))
                    .toList();
        }
        for (Path oldest : entries.subList(0, Math.max(0, entries.size() - MAX_ENTRIES))) {
            Files.deleteIfExists(oldest);
        }
    }

    private static long changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return 0; // Removed in the meantime.
        }
    }
}
