package org.unmute.data.provenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.unmute.files.InputException;

/**
 * The free space on the disk of a folder that a command is about to write to.
 *
 * @param folder the folder, which need not exist yet
 * @param free   number of bytes that can be written there
 */
public record DiskSpace(Path folder, long free) {
    /**
     * Determines the free space.
     *
     * @throws IOException if it cannot be determined
     */
    public static DiskSpace of(Path folder) throws IOException {
        Path existing = folder.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return new DiskSpace(folder, usable(existing));
    }

    private static long usable(Path existing) throws IOException {
        try {
            return Files.getFileStore(existing).getUsableSpace();
        } catch (IOException e) {
            // In a changed root the list of mounts does not name the root, and Java finds no store.
            long bytes = existing.getFileSystem() == FileSystems.getDefault()
                    ? existing.toFile().getUsableSpace()
                    : 0;
            if (bytes == 0) {
                throw e;
            }
            return bytes;
        }
    }

    /**
     * Total size in bytes of the files in a folder and its subfolders; 0 if it does not exist. Links are not followed.
     *
     * @throws IOException if a folder cannot be listed
     */
    public static long used(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        long[] bytes = {0};
        try (Stream<Path> files = Files.find(folder.toRealPath(), Integer.MAX_VALUE, (_, a) -> {
            bytes[0] += a.isRegularFile() ? a.size() : 0;
            return false;
        })) {
            files.forEach(_ -> {});
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return bytes[0];
    }

    /**
     * Requires enough space before anything is written.
     *
     * @param needed expected number of bytes to write
     * @param what   what requires the space, such as "the cache"
     * @param advice how to proceed anyway, such as "add --yes to start anyway"
     * @throws InputException if the space is not expected to suffice
     */
    public void require(long needed, String what, String advice) {
        if (needed > free) {
            throw new InputException(folder + ": about " + Units.bytes(needed) + " are needed for " + what + ", "
                    + Units.bytes(free) + " are free there; nothing was embedded: make room, name another folder, or "
                    + advice);
        }
    }
}
