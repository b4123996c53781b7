package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.unmute.files.Sha256;

/**
 * SHA-256 of files, computed once per file and shared by all its clips. A file whose size or modification time changes
 * is hashed again. Thread-safe; threads that ask for the same new file at the same time may each hash it.
 */
public final class FileHashes {
    private record Known(long size, long modified, String hash) {}

    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    /** Starts without hashes. */
    public FileHashes() {}

    /**
     * The SHA-256 of a file's bytes, in lower-case hexadecimal.
     *
     * @throws IOException if the file cannot be read
     */
    public String of(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        long modified = now.lastModifiedTime().toMillis();
        Known before = known.get(file);
        if (before != null && before.size() == now.size() && before.modified() == modified) {
            return before.hash();
        }
        String hash = Sha256.of(file);
        known.put(file, new Known(now.size(), modified, hash));
        return hash;
    }

    /** The last result of {@link #of}; null if the file has not been hashed. */
    @Nullable
    String last(Path file) {
        Known last = known.get(file);
        return last == null ? null : last.hash();
    }
}
