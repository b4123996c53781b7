package org.unmute.cli.option;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.tensor.io.AtomicFile;
import org.unmute.tensor.io.Sha256;

/**
 * A cache of the SHA-256 of large files across processes, since hashing an encoder of 340 MB takes a third of a second.
 * A cached digest is valid while the file's path, device, inode, size, modification time and change time (ctime, which
 * programs cannot set) are unchanged.
 *
 * <p>The cache has one small text file per path, in {@code unmute/sha256} below {@code $XDG_CACHE_HOME} or {@code
 * ~/.cache}, and may be deleted at any time. If it cannot be used, or the system has no change time, the digest is
 * computed every time.
 */
final class KnownDigests {
    /** Hashing smaller files is as fast as looking them up. */
    private static final long LARGE = 16 << 20;
    /** A file changed this recently could change again without its times showing it. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) (.+)\n");
    private static final System.Logger LOG = System.getLogger("org.unmute");

    private final Path folder;
    private final Duration settled;

    /** @param folder folder of the cache, created when needed; null for no cache */
    KnownDigests(Path folder) {
        this(folder, SETTLED);
    }

    /** @param settled how long a file must have been unchanged for its digest to be cached */
    KnownDigests(Path folder, Duration settled) {
        this.folder = folder;
        this.settled = settled;
    }

    /** The cache of the current user. */
    static KnownDigests ofUser() {
        return new KnownDigests(folder(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home")));
    }

    /**
     * The folder of the cache, or null. The XDG specification says to ignore relative paths; the JVM reports "?" as the
     * home of a user without one.
     */
    static Path folder(String cacheHome, String home) {
        Path base = cacheHome != null && Path.of(cacheHome).isAbsolute() ? Path.of(cacheHome) : Path.of(home, ".cache");
        return base.isAbsolute() ? base.resolve("unmute").resolve("sha256") : null;
    }

    /**
     * SHA-256 of a file's bytes, in lower-case hexadecimal.
     *
     * @throws IOException if the file cannot be read
     */
    String of(Path file) throws IOException {
        String state = folder == null ? null : state(file);
        if (state == null) {
            return Sha256.of(file);
        }
        Path kept = folder.resolve(Sha256.of(file.toRealPath().toString()));
        String known = read(kept, state);
        if (known != null) {
            return known;
        }
        String digest = Sha256.of(file);
        // Not cached if the file was written to in the meantime.
        if (state.equals(state(file)) && isSettled(file)) {
            write(kept, digest + " " + state + "\n");
        }
        return digest;
    }

    /** A line that changes when the file does; null if the file is small or the system has no change time. */
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

    private static String read(Path kept, String state) {
        if (!Files.isRegularFile(kept, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try {
            Matcher line = LINE.matcher(Files.readString(kept));
            return line.matches() && line.group(2).equals(state) ? line.group(1) : null;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a known digest cannot be read", e);
            return null;
        }
    }

    private void write(Path kept, String line) {
        try {
            Files.createDirectories(folder);
            AtomicFile.write(kept, line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a digest cannot be kept", e);
        }
    }
}
