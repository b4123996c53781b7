package org.unmute.events.encoder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.unmute.files.AtomicFile;
import org.unmute.files.Sha256;
import org.unmute.files.TemporaryFile;

/**
 * A cache of the SHA-256 of large files across processes. A cached digest is valid while the file's path, device,
 * inode, size, modification time and change time (ctime, which programs cannot set) are unchanged and its bytes have
 * the same CRC-32C. The CRC is needed because writes through a mapped page may leave all times unchanged. It costs a
 * small fraction of the SHA-256.
 *
 * <p>The cache has one small text file per path, in {@code unmute/sha256} below {@code $XDG_CACHE_HOME} or {@code
 * ~/.cache}, and may be deleted at any time. Folder and file are trusted only if they belong to the user of this
 * process and nobody else can write to them. If the cache cannot be used, or the system has no change time, the digest
 * is computed every time.
 */
public final class KnownDigests {
    /** Hashing a smaller file is as fast as a lookup. */
    private static final long LARGE = 16 << 20;
    /** A file changed within this time could change again without a difference in its times. */
    private static final Duration SETTLED = Duration.ofSeconds(2);
    /** Writing a line never takes this long: a temporary file of this age was left by a killed process. */
    private static final Duration FORGOTTEN = Duration.ofDays(1);

    private static final int BUFFER = 1 << 20;
    /** Every line is shorter than this. */
    private static final int MAX_BYTES = 4096;

    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    private static final Set<PosixFilePermission> OWNER_ONLY_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) crc32c ([0-9a-f]{8}) (.+)\n");
    private static final System.Logger LOG = System.getLogger("org.unmute");

    private final Path folder;
    private final Duration settled;

    /** @param folder folder of the cache, created when needed; null to disable the cache */
    KnownDigests(Path folder) {
        this(folder, SETTLED);
    }

    /** @param settled minimum time for which a file must have been unchanged for its digest to be cached */
    KnownDigests(Path folder, Duration settled) {
        this.folder = folder;
        this.settled = settled;
    }

    /** The cache of the current user. */
    public static KnownDigests ofUser() {
        return new KnownDigests(folder(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home")));
    }

    /** Disables the cache: every digest is computed. */
    public static KnownDigests none() {
        return new KnownDigests(null);
    }

    /**
     * The folder of the cache, or null. The XDG specification says to ignore relative paths. The JVM reports "?" as the
     * home of a user who has none.
     */
    static Path folder(String cacheHome, String home) {
        Path base = cacheHome != null && Path.of(cacheHome).isAbsolute() ? Path.of(cacheHome) : Path.of(home, ".cache");
        return base.isAbsolute() ? base.resolve("unmute").resolve("sha256") : null;
    }

    /** Folder of the cached digests; null if the cache is disabled. */
    public Path folder() {
        return folder;
    }

    /**
     * SHA-256 of a file's bytes, in lower-case hexadecimal.
     *
     * @throws IOException if the file cannot be read
     */
    public String of(Path file) throws IOException {
        String state = folder == null ? null : state(file);
        if (state == null) {
            return Sha256.of(file);
        }
        Path kept = folder.resolve(Sha256.of(file.toRealPath().toString()));
        Known known = read(kept, state);
        String crc = crc32c(file);
        if (known != null && known.crc32c.equals(crc) && state.equals(state(file))) {
            return known.sha256;
        }
        String digest = Sha256.of(file);
        // Not cached if the file was written to in the meantime, even if its times do not show it.
        if (state.equals(state(file)) && isSettled(file) && crc.equals(crc32c(file))) {
            write(kept, digest + " crc32c " + crc + " " + state + "\n");
        }
        return digest;
    }

    /** The cached data about a file. */
    private record Known(String sha256, String crc32c) {}

    /** A line that changes whenever the file does; null if the file is small or the system has no change time. */
    private static String state(Path file) throws IOException {
        if (Files.size(file) < LARGE
                || !file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return null;
        }
        Map<String, Object> a = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
        return "device " + a.get("dev") + " inode " + a.get("ino") + " bytes " + a.get("size") + " modified "
                + ((FileTime) a.get("lastModifiedTime")).toInstant() + " changed "
                + ((FileTime) a.get("ctime")).toInstant();
    }

    private boolean isSettled(Path file) throws IOException {
        Instant changed = ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
        return changed.isBefore(Instant.now().minus(settled));
    }

    private static String crc32c(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(buffer) >= 0) {
                crc.update(buffer.flip());
                buffer.clear();
            }
        }
        return String.format("%08x", crc.getValue());
    }

    private Known read(Path kept, String state) {
        try {
            if (!Files.exists(kept, LinkOption.NOFOLLOW_LINKS)) {
                return null;
            }
            PosixFileAttributes file = attributes(kept);
            boolean believed = attributes(folder).isDirectory()
                    && isOursAlone(folder)
                    && file.isRegularFile()
                    && file.size() <= MAX_BYTES
                    && isOursAlone(kept);
            if (!believed) {
                LOG.log(System.Logger.Level.DEBUG, "{0} is not believed: others than this user may write to it", kept);
                return null;
            }
            Matcher line = LINE.matcher(Files.readString(kept));
            return line.matches() && line.group(3).equals(state) ? new Known(line.group(1), line.group(2)) : null;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a known digest cannot be read", e);
            return null;
        }
    }

    /** Attributes of a file or folder itself, without following links. */
    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isOurs(Path path) throws IOException {
        return attributes(path).owner().equals(user());
    }

    private static boolean isOursAlone(Path path) throws IOException {
        return isOurs(path) && Collections.disjoint(attributes(path).permissions(), OTHERS_WRITE);
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

    private void write(Path kept, String line) {
        try {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY_FOLDER));
            if (!attributes(folder).isDirectory() || !isOurs(folder)) {
                LOG.log(System.Logger.Level.DEBUG, "{0} belongs to somebody else: no digest is kept", folder);
                return;
            }
            if (!isOursAlone(folder)) {
                // Existing entries may stay: those that others own or could have changed are not trusted.
                Files.setPosixFilePermissions(folder, OWNER_ONLY_FOLDER);
            }
            TemporaryFile.sweep(folder, FORGOTTEN); // no lock, so others may be writing
            AtomicFile.write(kept, line.getBytes(StandardCharsets.UTF_8));
            Files.setPosixFilePermissions(kept, OWNER_ONLY_FILE);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a digest cannot be kept", e);
        }
    }
}
