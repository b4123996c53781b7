package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.unmute.files.Sha256;

/**
 * SHA-256 of files, each computed once for all its clips. A file whose size or modification time changes is hashed
 * again. Thread-safe; several threads that ask for the same new file at once may each hash it.
 */
public final class FileHashes {
    private record Known(long size, long modified, String hash) {}

    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    /** No file hashed yet. */
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

    /** What {@link #of} gave last; null if the file has not been hashed. */
    String last(Path file) {
        Known last = known.get(file);
        return last == null ? null : last.hash();
    }
}
